import type { UserPart } from '../../canonical/content.js'
import type { CanonicalRequest, Message } from '../../canonical/request.js'
import type { Target } from '../../canonical/target.js'
import type { Protocol } from '../protocol.js'

/** A medium that was fetched for a vendor that takes no URLs. */
export interface InlinedMedia {
  readonly mediaType: string
  /** Base64. */
  readonly data: string
}

/** Fetched media by URL. */
export type InlinedMediaByUrl = ReadonlyMap<string, InlinedMedia>

/** A medium that a vendor does not take by URL. */
export interface RefusedUrl {
  readonly url: string
  /** Of the part that holds it, in the client's request. */
  readonly path: string
}

/** Media of a request that the vendor does not take by URL; each URL once, in order. */
export function findRefusedUrls(
  request: CanonicalRequest,
  to: Protocol,
  target: Target,
): readonly RefusedUrl[] {
  const found = new Map<string, RefusedUrl>()
  mapRefused(request, { to, target }, (url, path) => {
    if (!found.has(url)) found.set(url, { url, path })
    return undefined
  })
  return [...found.values()]
}

/** The request with fetched media in place of their URLs; those that were not fetched stay. */
export function inlineMedia(
  request: CanonicalRequest,
  route: { readonly to: Protocol; readonly target: Target },
  media: InlinedMediaByUrl,
): CanonicalRequest {
  return mapRefused(request, route, (url) => media.get(url))
}

function mapRefused(
  request: CanonicalRequest,
  { to, target }: { readonly to: Protocol; readonly target: Target },
  replace: (url: string, path: string) => InlinedMedia | undefined,
): CanonicalRequest {
  const { upstream } = to
  if (upstream.takesUrl === undefined) return request
  const mapPart = <T extends UserPart>(part: T): T => {
    if (part.type === 'tool-result') return { ...part, content: part.content.map(mapPart) }
    if (part.type !== 'image' && part.type !== 'video' && part.type !== 'document') return part
    if (part.type === 'document' && part.source.type === 'parts') {
      return { ...part, source: { ...part.source, parts: part.source.parts.map(mapPart) } }
    }
    if (part.source.type !== 'url' || upstream.takesUrl?.(part.type, part.source.url, target)) return part
    const fetched = replace(part.source.url, part.path ?? part.type)
    return fetched === undefined ? part : { ...part, source: { type: 'base64', ...fetched } }
  }
  const mapMessage = (message: Message): Message =>
    message.role === 'user' ? { ...message, content: message.content.map(mapPart) } : message
  return { ...request, messages: request.messages.map(mapMessage) }
}
