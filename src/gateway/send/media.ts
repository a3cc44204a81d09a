import { type CancelSignal, createCancelSource, toAbortSignal } from './cancel-signal.js'
import { GatewayError } from '../../errors.js'
import type { Target } from '../../canonical/target.js'
import type { CodecContext, Protocol } from '../../protocols/protocol.js'
import {
  findRefusedUrls,
  type InlinedMedia,
  type InlinedMediaByUrl,
  type RefusedUrl,
} from '../../protocols/translate/inline-media.js'
import { requestWithinStack } from '../../protocols/translate/within-stack.js'
import type { JsonObject } from '../../canonical/json.js'

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
/** So many are fetched at a time: each may come to hold its own limit in memory before the sum is known. */
const MAX_FETCHES = 4

export interface MediaRequest {
  readonly body: JsonObject
  readonly from: Protocol
  readonly to: Protocol
  readonly target: Target
  readonly context: CodecContext
  readonly signal: CancelSignal
  /** Of all media of the request together. */
  readonly maxTotalBytes: number
}

/** Fetches all media that the vendor does not take by URL; undefined when there are none. Throws a 400 naming the part. */
export async function fetchRefusedMedia(
  fetchMedia: MediaFetcher,
  { body, from, to, target, context, signal, maxTotalBytes }: MediaRequest,
): Promise<InlinedMediaByUrl | undefined> {
  if (to.upstream.takesUrl === undefined) return undefined
  const refused = requestWithinStack(() =>
    findRefusedUrls(from.decodeRequest(body, context).value, to, target),
  )
  const [first] = refused
  if (first === undefined) return undefined
  if (refused.length > MAX_URLS) throw refuse(first.path, `more than ${MAX_URLS} media URLs in one request`)
  const rest = createCancelSource()
  if (signal.aborted) rest.cancel()
  signal.addEventListener('abort', rest.cancel)
  try {
    return await fetchAll(refused, { fetchMedia, maxTotalBytes, signal: toAbortSignal(rest.signal) })
  } finally {
    signal.removeEventListener('abort', rest.cancel)
    // One that fails makes the others useless.
    rest.cancel()
  }
}

interface FetchOptions {
  readonly fetchMedia: MediaFetcher
  readonly maxTotalBytes: number
  readonly signal: AbortSignal
}

async function fetchAll(
  refused: readonly RefusedUrl[],
  { fetchMedia, maxTotalBytes, signal }: FetchOptions,
): Promise<InlinedMediaByUrl> {
  const left = [...refused]
  const fetched = new Map<string, InlinedMedia>()
  let totalBytes = 0
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && !signal.aborted; next = left.shift()) {
      const { url, path } = next
      const media = await fetchOne(fetchMedia, next, signal)
      totalBytes += bytesOf(media)
      if (totalBytes > maxTotalBytes) {
        throw refuse(path, `with it, the media of the request are larger than ${maxTotalBytes} bytes`)
      }
      fetched.set(url, media)
    }
  }
  await Promise.all(Array.from({ length: MAX_FETCHES }, work))
  return fetched
}

async function fetchOne(
  fetchMedia: MediaFetcher,
  { url, path }: RefusedUrl,
  signal: AbortSignal,
): Promise<InlinedMedia> {
  try {
    return await fetchMedia(url, signal)
  } catch (cause) {
    throw refuse(path, MediaFault.isInstance(cause) ? cause.message : 'its URL could not be fetched', cause)
  }
}

/** Base64 writes three bytes in four characters. */
function bytesOf({ data }: InlinedMedia): number {
  return Math.floor((data.length * 3) / 4)
}

function refuse(path: string, message: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid_value', `${path}: ${message}.`, { param: path, cause })
}
