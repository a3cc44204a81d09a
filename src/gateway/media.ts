import { type CancelSignal, toAbortSignal } from './cancel-signal.js'
import { GatewayError } from '../errors.js'
import type { Target } from '../canonical/target.js'
import type { CodecContext, Protocol } from '../protocols/protocol.js'
import {
  findRefusedUrls,
  type InlinedMedia,
  type InlinedMediaByUrl,
} from '../protocols/translate/inline-media.js'
import type { JsonObject } from '../canonical/json.js'

/**
 * Fetches what a client's URL points to, for a vendor that takes no URLs. It must refuse private and link-local
 * addresses, by name and after redirects, and bound size, type and time. Rejects with a {@link MediaFault}.
 */
export type MediaFetcher = (url: string, signal: AbortSignal) => Promise<InlinedMedia>

const MARKER = Symbol.for('crossmodel-gateway.media-fault')

/** Why a medium could not be had: the message is for the client and says nothing of the network behind the gateway. */
export class MediaFault extends Error {
  override readonly name = 'MediaFault'

  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    Object.defineProperty(this, MARKER, { value: true })
  }

  static isInstance(value: unknown): value is MediaFault {
    return typeof value === 'object' && value !== null && MARKER in value
  }
}

/** A request may point to so many media at most: each is a call of ours to somewhere. */
const MAX_URLS = 20

export interface MediaRequest {
  readonly body: JsonObject
  readonly from: Protocol
  readonly to: Protocol
  readonly target: Target
  readonly context: CodecContext
  readonly signal: CancelSignal
}

/** Fetches all media that the vendor does not take by URL; undefined when there are none. Throws a 400 naming the part. */
export async function fetchRefusedMedia(
  fetchMedia: MediaFetcher,
  { body, from, to, target, context, signal }: MediaRequest,
): Promise<InlinedMediaByUrl | undefined> {
  if (to.upstream.takesUrl === undefined) return undefined
  const refused = findRefusedUrls(from.decodeRequest(body, context).value, to, target)
  const [first] = refused
  if (first === undefined) return undefined
  if (refused.length > MAX_URLS) throw refuse(first.path, `more than ${MAX_URLS} media URLs in one request`)
  const abort = toAbortSignal(signal)
  const fetches = refused.map(async ({ url, path }): Promise<readonly [string, InlinedMedia]> => {
    try {
      return [url, await fetchMedia(url, abort)]
    } catch (cause) {
      throw refuse(path, MediaFault.isInstance(cause) ? cause.message : 'its URL could not be fetched', cause)
    }
  })
  return new Map(await Promise.all(fetches))
}

function refuse(path: string, message: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid_value', `${path}: ${message}.`, { param: path, cause })
}
