import { describe, expect, it } from 'vitest'
import {
  anthropicMessages,
  type JsonObject,
  openaiChat,
  openaiResponses,
  type Protocol,
  type UpstreamError,
  type UpstreamErrorKind,
} from '../../../src/index.js'
import { toGatewayError } from '../../../src/protocols/translate/error.js'

const SAID = 'what the vendor said'
const REFUSED = 'The provider refused the gateway.'
const UNSAID = 'The provider refused the request.'

/** kind → code, status, message; and the message for a vendor that said nothing. */
const ROWS: Readonly<Record<UpstreamErrorKind, readonly [string, number, string, string]>> = {
  'bad-request': ['invalid_request', 400, SAID, UNSAID],
  'context-overflow': ['context_length_exceeded', 400, SAID, UNSAID],
  authentication: ['provider_error', 502, REFUSED, REFUSED],
  billing: ['provider_error', 502, REFUSED, REFUSED],
  permission: ['provider_error', 502, REFUSED, REFUSED],
  'not-found': ['model_not_found', 404, SAID, 'The model was not found or is unavailable.'],
  'too-large': ['request_too_large', 413, SAID, UNSAID],
  unprocessable: ['invalid_request', 400, SAID, UNSAID],
  'rate-limit': ['rate_limit_exceeded', 429, SAID, 'The provider is limiting requests.'],
  overloaded: ['server_is_overloaded', 503, SAID, 'The provider is overloaded.'],
  timeout: [
    'upstream_timeout',
    504,
    'Request timed out: the provider did not answer. Try again later.',
    'Request timed out: the provider did not answer. Try again later.',
  ],
  server: ['provider_error', 502, SAID, 'The provider failed.'],
  policy: ['content_policy_violation', 400, SAID, UNSAID],
  truncated: [
    'upstream_stream_truncated',
    502,
    'Connection error: the provider broke off the answer. Try again later.',
    'Connection error: the provider broke off the answer. Try again later.',
  ],
  unfunded: ['insufficient_balance', 402, SAID, UNSAID],
  garbage: [
    'provider_error',
    502,
    'The provider sent an answer that is not readable.',
    'The provider sent an answer that is not readable.',
  ],
}

const kinds = Object.keys(ROWS) as readonly UpstreamErrorKind[]
const summary = (error: UpstreamError): unknown => {
  const { code, status, message } = toGatewayError(error)
  return [code, status, message]
}

describe('a vendor’s error for the client', () => {
  it.each(kinds)('of the kind %s', (kind) => {
    const [code, status, message, unsaid] = ROWS[kind]
    expect(summary({ kind, message: ` ${SAID}\n`, status: 418 })).toEqual([
      code,
      kind === 'unprocessable' ? 418 : status,
      message,
    ])
    expect(summary({ kind, message: ' \n' })).toEqual([code, status, unsaid])
  })

  it('keeps a 422', () => {
    expect(summary({ kind: 'unprocessable', message: SAID, status: 422 })).toEqual([
      'invalid_request',
      422,
      SAID,
    ])
  })

  it('carries the field at fault, the time to wait and the numbers of an overflow', () => {
    const tokens = { actual: 9, limit: 8 }
    const error: UpstreamError = {
      kind: 'context-overflow',
      message: SAID,
      param: 'input',
      retryAfterMs: 1500,
      tokens,
    }
    expect(toGatewayError(error)).toMatchObject({ param: 'input', retryAfterMs: 1500, tokens })
    const bare = toGatewayError({ kind: 'server', message: SAID, code: 'the vendor’s own' })
    expect([bare.param, bare.retryAfterMs, bare.tokens, bare.details]).toEqual([
      null,
      undefined,
      undefined,
      undefined,
    ])
  })

  const redact = (text: string): string => text.replaceAll('sk-secret', '[redacted]')

  it('says nothing that is redacted, and no more of a text than a person reads', () => {
    const error: UpstreamError = { kind: 'server', message: `sk-secret ${'x'.repeat(5000)}` }
    expect(toGatewayError(error, redact).message).toBe(`[redacted] ${'x'.repeat(1989)}`)
  })

  it('is redacted before it is cut, so that half of a secret cannot stay', () => {
    const error: UpstreamError = { kind: 'server', message: `${'x'.repeat(1996)}sk-secret` }
    expect(toGatewayError(error, redact).message).toBe(`${'x'.repeat(1996)}[red`)
  })

  it('is replaced when nothing is left of its text', () => {
    expect(toGatewayError({ kind: 'overloaded', message: 'secret' }, () => ' ').message).toBe(
      'The provider is overloaded.',
    )
  })
})

describe('a context overflow in each dialect', () => {
  const bodyOf = ({ client }: Protocol, error: UpstreamError): JsonObject | undefined =>
    client?.encodeError(toGatewayError(error), 'req_1')
  const message = 'Your input exceeds the context window of this model.'
  const counted: UpstreamError = {
    kind: 'context-overflow',
    message,
    tokens: { actual: 210_000, limit: 200_000 },
  }

  it.each([openaiChat, openaiResponses])('$id: the vendor’s words, and a code', (protocol) => {
    expect(bodyOf(protocol, counted)).toEqual({
      error: { message, type: 'invalid_request_error', param: null, code: 'context_length_exceeded' },
    })
  })

  it.each([
    ['with the vendor’s numbers', counted, 'prompt is too long: 210000 tokens > 200000 maximum'],
    [
      'with numbers that only the text holds',
      { kind: 'context-overflow', message: 'input token count (9) exceeds the maximum of 8' },
      'prompt is too long: 9 tokens > 8 maximum',
    ],
    ['without numbers', { kind: 'context-overflow', message }, `prompt is too long: ${message}`],
  ] as const)('Messages: the words that agents look for, %s', (_kind, error, expected) => {
    expect(bodyOf(anthropicMessages, error)).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: expected },
      request_id: 'req_1',
    })
  })
})
