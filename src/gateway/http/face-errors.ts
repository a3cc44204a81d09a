import { GatewayError } from '../../errors.js'
import type { GatewayResponse } from './http.js'

/** What a handler that rejects against its promise is turned into by every face. */
export const INTERNAL_ANSWER: GatewayResponse = {
  status: 500,
  headers: { 'content-type': 'application/json' },
  body: '{"error":{"message":"Internal error.","type":"api_error","param":null,"code":"internal_error"}}',
}

/** The error of a request body in a content coding that cannot be undone here. */
export function unknownCoding(coding: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `The content-encoding ${JSON.stringify(coding)} is not supported.`,
  )
}

/** The error of a request body that is not what its content-encoding says. */
export function corruptCoding(coding: string, cause: unknown): GatewayError {
  return new GatewayError('invalid_request', `The request body is not valid ${coding}.`, { cause })
}

/** The error of a request body that can be read no more: the host has already consumed it. */
export function consumedBody(): GatewayError {
  return new GatewayError(
    'invalid_request',
    'The request body was consumed before the gateway could read it.',
  )
}

/** The error of a request whose client went away while it was being read; nobody is left to see it. */
export function clientGone(cause?: unknown): GatewayError {
  return new GatewayError('client_closed_request', 'The client closed the request.', { cause })
}
