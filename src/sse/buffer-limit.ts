import { GatewayError } from '../errors.js'

/** Longest unfinished event that is kept, in UTF-16 units: an image in base64 fits. */
export const DEFAULT_MAX_BUFFER_SIZE: number = 32 * 1024 * 1024

/** The error of a vendor that sends an event without end. */
export function createBufferError(maxBufferSize: number): GatewayError {
  return new GatewayError(
    'provider_error',
    `The upstream sent an event longer than ${maxBufferSize} characters.`,
  )
}
