import { setDefaultAutoSelectFamily } from 'node:net'
import type { RequestListener, ServerResponse } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  createAddressCheck,
  createMediaFetcher,
  type MediaFetcherOptions,
} from '../../../adapters/http/media-fetcher.js'
import { MediaFault, type MediaFetcher } from '../../../src/index.js'
import { eventually, startServer } from '../../contracts/http-server.js'

const NOT_PUBLIC = 'the address of its URL is not public'
const NEVER = new AbortController().signal

/** What a fetch rejects with; fails when it does not. */
async function faultOf(fetching: Promise<unknown>): Promise<unknown> {
  const thrown = await fetching.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(MediaFault.isInstance(thrown)).toBe(true)
  return MediaFault.isInstance(thrown) ? thrown.message : thrown
}

/** A server on the loopback address, and a fetcher for which exactly that address is public. */
async function serve(
  listener: RequestListener,
  options: MediaFetcherOptions = {},
): Promise<{ readonly url: string; readonly fetchMedia: MediaFetcher }> {
  const server = await startServer(listener)
  onTestFinished(server.close)
  return {
    url: server.url,
    fetchMedia: createMediaFetcher(options, (address) => address === '127.0.0.1'),
  }
}

/** Answers with text of a type. */
const send = (response: ServerResponse, text: string, type = 'image/png'): void =>
  void response.writeHead(200, { 'content-type': type }).end(text)

const redirect = (response: ServerResponse, location: string): void =>
  void response.writeHead(302, { location }).end('moved')

describe('the address check', () => {
  const isPublic = createAddressCheck()

  test.each([
    ['this host', '0.0.0.0', '127.0.0.1', '127.255.255.255', '::', '::1'],
    ['private networks', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12::1'],
    ['link-local, cloud metadata among it', '169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0'],
    ['shared address space', '100.64.0.1', '100.127.255.255'],
    ['protocol assignments and relays', '192.0.0.8', '192.88.99.1', '2001::1', '2001:1ff:ffff::1'],
    ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
    ['benchmarks', '198.18.0.1', '198.19.255.255'],
    ['multicast, reserved, broadcast', '224.0.0.1', '240.0.0.1', '255.255.255.255', 'ff02::1'],
    [
      'IPv4 inside IPv6',
      '::ffff:8.8.8.8',
      '::ffff:7f00:1',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::1',
    ],
    ['what is no address', '', 'localhost', '127.1', '2130706433', '[::1]', '8.8.8.8/8'],
  ])('refuses %s', (_kind, ...addresses) => {
    expect(addresses.filter(isPublic)).toEqual([])
  })

  test('takes what lies just outside of those networks', () => {
    const addresses = `
      1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
      169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0
      198.17.255.255 198.20.0.0 223.255.255.255 2001:200::1 2003::1 2606:4700::1111 3ffe:ffff::1
    `
      .trim()
      .split(/\s+/)
    expect(addresses.filter((address) => !isPublic(address))).toEqual([])
  })
})

describe('what a client names is refused before anything is sent:', () => {
  const fetchMedia = createMediaFetcher()

  test.each([
    'http://127.0.0.1/a.png',
    'http://10.0.0.1/a.png',
    'https://192.168.0.1:8443/a.png',
    'http://169.254.169.254/latest/meta-data/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::7f00:1]/',
  ])('the private address in %s', async (url) => {
    expect(await faultOf(fetchMedia(url, NEVER))).toBe(NOT_PUBLIC)
  })

  test.each([
    ['decimal', 'http://2130706433/'],
    ['hexadecimal', 'http://0x7f000001/'],
    ['octal', 'http://0177.0.0.1/'],
    ['mixed', 'http://0x7f.1/'],
    ['short', 'http://127.1/'],
    ['zero', 'http://0/'],
    ['dotted at its end', 'http://127.0.0.1./'],
    ['percent-encoded', 'http://%31%32%37.0.0.1/'],
    ['full-width', 'http://１２７.０.０.１/'],
  ])('a private address whose spelling is %s', async (_kind, url) => {
    expect(await faultOf(fetchMedia(url, NEVER))).toBe(NOT_PUBLIC)
  })

  test('a name that resolves to a private address', async () => {
    expect(await faultOf(fetchMedia('http://localhost/a.png', NEVER))).toBe(NOT_PUBLIC)
  })

  test.each(['http://user@1.1.1.1/', 'http://:password@1.1.1.1/'])('credentials: %s', async (url) => {
    expect(await faultOf(fetchMedia(url, NEVER))).toBe('its URL may not hold credentials')
  })

  test.each([
    'file:///etc/passwd',
    'ftp://1.1.1.1/a.png',
    'gopher://1.1.1.1/',
    'data:image/png;base64,AAAA',
    'ws://1.1.1.1/',
    '/a.png',
    'http://',
    'http://[fe80::1%25eth0]/',
    '',
  ])('what is no http URL: "%s"', async (url) => {
    expect(await faultOf(fetchMedia(url, NEVER))).toBe('only http and https URLs are fetched')
  })
})

describe('a medium', () => {
  test('comes as Base64 with its bare type, and nothing of the gateway goes out', async () => {
    const seen: unknown[] = []
    const { url, fetchMedia } = await serve(({ method, url: path, headers }, response) => {
      seen.push({ method, path, headers })
      send(response, 'bytes', 'Image/PNG; charset=binary')
    })
    expect(await fetchMedia(`${url}/a.png?size=1#top`, NEVER)).toEqual({
      mediaType: 'image/png',
      data: Buffer.from('bytes').toString('base64'),
    })
    const headers = {
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'keep-alive',
      host: new URL(url).host,
    }
    expect(seen).toEqual([{ method: 'GET', path: '/a.png?size=1', headers }])
  })

  test('comes from a name whose addresses are public', async () => {
    const { url, fetchMedia } = await serve((_request, response) => send(response, 'bytes'))
    const named = url.replace('127.0.0.1', 'localhost')
    expect(await faultOf(createMediaFetcher()(named, NEVER))).toBe(NOT_PUBLIC)
    const anywhere = createMediaFetcher({}, () => true)
    expect(await anywhere(named, NEVER)).toMatchObject({ mediaType: 'image/png' })
    expect(await fetchMedia(url, NEVER)).toMatchObject({ mediaType: 'image/png' })
  })

  test('comes from a name in a process that does not choose between the families of addresses', async () => {
    setDefaultAutoSelectFamily(false)
    onTestFinished(() => setDefaultAutoSelectFamily(true))
    const { url } = await serve((_request, response) => send(response, 'bytes'))
    const fetchMedia = createMediaFetcher({}, () => true)
    expect(await fetchMedia(url.replace('127.0.0.1', 'localhost'), NEVER)).toMatchObject({
      mediaType: 'image/png',
    })
  })

  test('may be as large as the limit, and no larger', async () => {
    const { url, fetchMedia } = await serve(
      ({ url: path = '' }, response) => send(response, 'x'.repeat(Number(path.slice(1)))),
      { maxBytes: 1000 },
    )
    expect(await fetchMedia(`${url}/1000`, NEVER)).toMatchObject({ mediaType: 'image/png' })
    expect(await faultOf(fetchMedia(`${url}/1001`, NEVER))).toBe('it is larger than 1000 bytes')
  })

  test('that never ends is left at the limit', async () => {
    let isClosed = false
    const { url, fetchMedia } = await serve(
      (_request, response) => {
        response.on('close', () => (isClosed = true))
        response.writeHead(200, { 'content-type': 'image/png' })
        const write = (): void => {
          if (!response.destroyed) response.write('x'.repeat(1000), () => setImmediate(write))
        }
        write()
      },
      { maxBytes: 100_000 },
    )
    expect(await faultOf(fetchMedia(url, NEVER))).toBe('it is larger than 100000 bytes')
    await eventually(() => isClosed)
  })

  test.each(['text/html', 'application/json', 'image', ''])('of the type "%s" is refused', async (type) => {
    const { url, fetchMedia } = await serve((_request, response) => send(response, 'x'.repeat(100_000), type))
    expect(await faultOf(fetchMedia(url, NEVER))).toBe('its URL is of a type that is not accepted')
  })

  test.each(['image/webp', 'audio/mpeg', 'video/mp4', 'application/pdf'])('may be %s', async (mediaType) => {
    const { url, fetchMedia } = await serve((_request, response) => send(response, '', mediaType))
    expect(await fetchMedia(url, NEVER)).toEqual({ mediaType, data: '' })
  })

  test('is of the types that the operator names', async () => {
    const { url, fetchMedia } = await serve(
      ({ url: path = '' }, response) => send(response, 'x', path.slice(1)),
      { types: ['text/'] },
    )
    expect(await fetchMedia(`${url}/text/plain`, NEVER)).toMatchObject({ mediaType: 'text/plain' })
    expect(await faultOf(fetchMedia(`${url}/image/png`, NEVER))).toMatch('a type that is not accepted')
  })

  test.each([204, 206, 304, 404, 500])('that a %i stands for is refused', async (status) => {
    const { url, fetchMedia } = await serve((_request, response) =>
      response.writeHead(status, { 'content-type': 'image/png' }).end(),
    )
    expect(await faultOf(fetchMedia(url, NEVER))).toBe(`its URL answered ${status}`)
  })

  test('whose connection breaks is refused', async () => {
    const { url, fetchMedia } = await serve(({ url: path }, response) => {
      if (path === '/body') response.writeHead(200, { 'content-type': 'image/png' }).write('some')
      setImmediate(() => response.destroy())
    })
    expect(await faultOf(fetchMedia(`${url}/head`, NEVER))).toBe('its URL could not be fetched')
    expect(await faultOf(fetchMedia(`${url}/body`, NEVER))).toBe('its URL could not be fetched')
  })
})

describe('a redirect', () => {
  test('is followed, by a relative URL too', async () => {
    const { url, fetchMedia } = await serve(({ url: path }, response) => {
      if (path === '/first/a') return redirect(response, '../second')
      if (path === '/second') return redirect(response, `http://${response.req.headers.host}/third?x=1`)
      return send(response, path ?? '')
    })
    expect(await fetchMedia(`${url}/first/a`, NEVER)).toEqual({
      mediaType: 'image/png',
      data: Buffer.from('/third?x=1').toString('base64'),
    })
  })

  test.each([
    ['to a private address', 'http://127.0.0.2/', NOT_PUBLIC],
    ['to cloud metadata', 'http://169.254.169.254/latest/', NOT_PUBLIC],
    ['to a private address without a scheme', '//10.0.0.1/', NOT_PUBLIC],
    ['to a private address in other words', 'http://0x7f000002/', NOT_PUBLIC],
    ['to another scheme', 'file:///etc/passwd', 'only http and https URLs are fetched'],
    ['to no URL', 'http://[', 'only http and https URLs are fetched'],
    ['to credentials', 'http://user:password@127.0.0.1/', 'its URL may not hold credentials'],
  ])('%s is refused', async (_kind, location, fault) => {
    const { url, fetchMedia } = await serve((_request, response) => redirect(response, location))
    expect(await faultOf(fetchMedia(url, NEVER))).toBe(fault)
  })

  test('to a name that resolves to a private address is refused', async () => {
    const checked: string[] = []
    const { url } = await serve((_request, response) => redirect(response, 'http://localhost:1/'))
    const fetchMedia = createMediaFetcher({}, (address) => checked.push(address) === 1)
    expect(await faultOf(fetchMedia(url, NEVER))).toBe(NOT_PUBLIC)
    expect(checked.length).toBeGreaterThan(1)
  })

  test('is followed three times at most', async () => {
    const paths: unknown[] = []
    const { url, fetchMedia } = await serve(({ url: path = '' }, response) => {
      paths.push(path)
      const left = Number(path.slice(1))
      return left === 0 ? send(response, 'there') : redirect(response, `/${left - 1}`)
    })
    expect(await fetchMedia(`${url}/3`, NEVER)).toMatchObject({ mediaType: 'image/png' })
    expect(await faultOf(fetchMedia(`${url}/9`, NEVER))).toBe('its URL leads through too many redirects')
    expect(paths).toEqual(['/3', '/2', '/1', '/0', '/9', '/8', '/7', '/6'])
  })
})

describe('the time of a fetch', () => {
  const slow: Readonly<Record<string, RequestListener>> = {
    head: () => undefined,
    body: (_request, response) =>
      void response.writeHead(200, { 'content-type': 'image/png' }).write('some, and then nothing'),
    'body of a redirect': (_request, response) =>
      void response.writeHead(302, { location: '/' }).write('some, and then nothing'),
  }

  test.each(Object.keys(slow))('is bounded for a slow %s', async (part) => {
    const { url, fetchMedia } = await serve(slow[part] ?? (() => undefined), { timeoutMs: 50 })
    expect(await faultOf(fetchMedia(url, NEVER))).toBe('its URL took too long')
  })

  test('is bounded for redirects that go on and on', async () => {
    const { url, fetchMedia } = await serve(
      (_request, response) => void setTimeout(() => redirect(response, '/'), 40),
      { timeoutMs: 60 },
    )
    expect(await faultOf(fetchMedia(url, NEVER))).toBe('its URL took too long')
  })

  test.each(Object.keys(slow))('ends with the client’s leaving during a slow %s', async (part) => {
    const client = new AbortController()
    let isClosed = false
    const { url, fetchMedia } = await serve((request, response) => {
      response.on('close', () => (isClosed = true))
      slow[part]?.(request, response)
      setTimeout(() => client.abort(), 20)
    })
    expect(await faultOf(fetchMedia(url, client.signal))).toBe('its URL took too long')
    await eventually(() => isClosed)
  })

  test('is none for a client that has left', async () => {
    let requests = 0
    const { url, fetchMedia } = await serve(() => (requests += 1))
    await faultOf(fetchMedia(url, AbortSignal.abort()))
    expect(requests).toBe(0)
  })
})
