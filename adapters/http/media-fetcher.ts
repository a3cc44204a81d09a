import { lookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { Agent, type Dispatcher } from 'undici'
import { type InlinedMedia, MediaFault, type MediaFetcher } from '../../src/index.js'

/** Bounds of what is fetched for a client. */
export interface MediaFetcherOptions {
  /** Default 20 MiB. */
  readonly maxBytes?: number | undefined
  /** Default 10 s, redirects included. */
  readonly timeoutMs?: number | undefined
  /** Beginnings of media types that may come in. Default images, audio, video and PDF. */
  readonly types?: readonly string[] | undefined
}

const DEFAULT_MAX_BYTES = 20 * 1024 * 1024
const DEFAULT_TIMEOUT_MS = 10_000
const DEFAULT_TYPES = ['image/', 'audio/', 'video/', 'application/pdf']
const MAX_REDIRECTS = 3

/**
 * Everything that is not the public internet: this host, private and link-local networks (cloud metadata lives there),
 * shared address space, documentation, benchmarking, multicast, reserved.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
function createBlockList(): BlockList {
  const list = new BlockList()
  const v4: readonly (readonly [string, number])[] = [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ]
  for (const [network, prefix] of v4) list.addSubnet(network, prefix, 'ipv4')
  return list
}

/** IPv6 that is global unicast, and neither a documentation range nor a tunnel that can lead to an IPv4 address. */
function createAllowList(): { readonly global: BlockList; readonly special: BlockList } {
  const global = new BlockList()
  global.addSubnet('2000::', 3, 'ipv6')
  const special = new BlockList()
  for (const [network, prefix] of [
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['3fff::', 20],
  ] as const) {
    special.addSubnet(network, prefix, 'ipv6')
  }
  return { global, special }
}

/** Tells public addresses from all others. */
export function createAddressCheck(): (address: string) => boolean {
  const blocked = createBlockList()
  const { global, special } = createAllowList()
  return (address) => {
    const family = isIP(address)
    if (family === 4) return !blocked.check(address, 'ipv4')
    return family === 6 && global.check(address, 'ipv6') && !special.check(address, 'ipv6')
  }
}

/**
 * Fetches media over http(s) from public addresses only. A name is checked as it is resolved for the very connection
 * that is made, so an answer that changes in between gains nothing; every redirect is checked anew.
 */
export function createMediaFetcher(options: MediaFetcherOptions = {}): MediaFetcher {
  const isPublic = createAddressCheck()
  const agent = new Agent({
    connect: {
      lookup: (host, lookupOptions, callback) => lookupPublic(host, lookupOptions, isPublic, callback),
    },
    headersTimeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    bodyTimeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  })
  return async (url, signal) => {
    const deadline = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
    const both = AbortSignal.any([signal, deadline])
    let next = url
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const target = checkUrl(next, isPublic)
      const answer = await request(agent, target, both)
      const location = answer.headers['location']
      if (answer.statusCode < 300 || answer.statusCode >= 400 || typeof location !== 'string') {
        return await readMedia(answer, options)
      }
      await answer.body.dump()
      next = new URL(location, target).href
    }
    throw new MediaFault('too many redirects')
  }
}

type Lookup = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

function lookupPublic(
  host: string,
  { family, hints }: { readonly family?: number | string | undefined; readonly hints?: number | undefined },
  isPublic: (address: string) => boolean,
  callback: Lookup,
): void {
  const wanted = family === 4 || family === 6 ? family : 0
  lookup(
    host,
    { all: true, family: wanted, ...(hints === undefined ? {} : { hints }) },
    (error, addresses) => {
      if (error !== null) return callback(error, [])
      // One private address among public ones is enough to refuse: the connection could pick it.
      const bad = addresses.length === 0 || addresses.some(({ address }) => !isPublic(address))
      if (bad) return callback(new MediaFault('the address is not public'), [])
      return callback(null, addresses)
    },
  )
}

function checkUrl(url: string, isPublic: (address: string) => boolean): URL {
  const target = URL.canParse(url) ? new URL(url) : null
  if (target === null || !['http:', 'https:'].includes(target.protocol)) {
    throw new MediaFault('only http and https URLs are fetched')
  }
  if (target.username !== '' || target.password !== '') throw new MediaFault('a URL may not hold credentials')
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isPublic(host)) throw new MediaFault('the address is not public')
  return target
}

async function request(agent: Agent, url: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  try {
    return await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      signal,
      headers: { accept: '*/*', 'accept-encoding': 'identity' },
    })
  } catch (cause) {
    if (MediaFault.isInstance(cause)) throw cause
    throw new MediaFault(
      signal.aborted ? 'a media URL took too long' : 'a media URL could not be fetched',
      cause,
    )
  }
}

async function readMedia(
  answer: Dispatcher.ResponseData,
  options: MediaFetcherOptions,
): Promise<InlinedMedia> {
  const { maxBytes = DEFAULT_MAX_BYTES, types = DEFAULT_TYPES } = options
  const mediaType =
    String(answer.headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase() ?? ''
  const refused =
    answer.statusCode !== 200
      ? `a media URL answered ${answer.statusCode}`
      : types.some((type) => mediaType.startsWith(type))
        ? null
        : 'a media URL is of a type that is not accepted'
  if (refused !== null) {
    answer.body.destroy()
    throw new MediaFault(refused)
  }
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw new MediaFault(`a medium is larger than ${maxBytes} bytes`)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (MediaFault.isInstance(cause)) throw cause
    throw new MediaFault('a media URL broke off', cause)
  }
  return { mediaType, data: Buffer.concat(chunks, size).toString('base64') }
}
