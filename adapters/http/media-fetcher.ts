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
const NOT_PUBLIC = 'the address of its URL is not public'

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

/** Says whether an IP address, in either family's notation, may be connected to. */
export type AddressCheck = (address: string) => boolean

/** Tells public addresses from all others. */
export function createAddressCheck(): AddressCheck {
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
 * `isPublic` stands in for the address check where a test has only the loopback address.
 */
export function createMediaFetcher(
  options: MediaFetcherOptions = {},
  isPublic: AddressCheck = createAddressCheck(),
): MediaFetcher {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const agent = new Agent({
    connect: {
      // Without it the lookup would have to give one address: the host's process can have switched it off.
      autoSelectFamily: true,
      lookup: (host, lookupOptions, callback) => lookupPublic(host, lookupOptions, isPublic, callback),
    },
    // The signal of a fetch bounds all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return async (url, signal) => {
    const both = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    try {
      return await readMedia(await follow(agent, { url, isPublic, signal: both }), options)
    } catch (cause) {
      if (MediaFault.isInstance(cause)) throw cause
      throw new MediaFault(both.aborted ? 'its URL took too long' : 'its URL could not be fetched', cause)
    }
  }
}

interface Journey {
  readonly url: string
  readonly isPublic: AddressCheck
  readonly signal: AbortSignal
}

/** The answer at the end of all redirects. */
async function follow(agent: Agent, { url, isPublic, signal }: Journey): Promise<Dispatcher.ResponseData> {
  let target = checkUrl(url, undefined, isPublic)
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const answer = await agent.request({
      origin: target.origin,
      path: target.pathname + target.search,
      method: 'GET',
      signal,
      headers: { accept: '*/*', 'accept-encoding': 'identity' },
    })
    const location = answer.headers['location']
    if (answer.statusCode < 300 || answer.statusCode >= 400 || typeof location !== 'string') return answer
    await answer.body.dump()
    target = checkUrl(location, target, isPublic)
  }
  throw new MediaFault('its URL leads through too many redirects')
}

type Lookup = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

function lookupPublic(
  host: string,
  { family, hints }: { readonly family?: number | string | undefined; readonly hints?: number | undefined },
  isPublic: AddressCheck,
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
      if (bad) return callback(new MediaFault(NOT_PUBLIC), [])
      return callback(null, addresses)
    },
  )
}

function checkUrl(url: string, base: URL | undefined, isPublic: AddressCheck): URL {
  const target = URL.canParse(url, base?.href) ? new URL(url, base) : null
  if (target === null || !['http:', 'https:'].includes(target.protocol)) {
    throw new MediaFault('only http and https URLs are fetched')
  }
  if (target.username !== '' || target.password !== '')
    throw new MediaFault('its URL may not hold credentials')
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isPublic(host)) throw new MediaFault(NOT_PUBLIC)
  return target
}

async function readMedia(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  { maxBytes = DEFAULT_MAX_BYTES, types = DEFAULT_TYPES }: MediaFetcherOptions,
): Promise<InlinedMedia> {
  const [named = ''] = String(headers['content-type'] ?? '').split(';')
  const mediaType = named.trim().toLowerCase()
  const refused =
    statusCode !== 200
      ? `its URL answered ${statusCode}`
      : types.some((type) => mediaType.startsWith(type))
        ? null
        : 'its URL is of a type that is not accepted'
  if (refused !== null) {
    // Destroyed before it is read, a body reports so: without a listener that would end the process.
    body.on('error', () => undefined).destroy()
    throw new MediaFault(refused)
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new MediaFault(`it is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return { mediaType, data: Buffer.concat(chunks, size).toString('base64') }
}
