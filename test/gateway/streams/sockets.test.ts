import { once } from 'node:events'
import {
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { eventually, pause } from '../../contracts/http-server.js'
import { KEY } from '../../support/test-gateway.js'
import { type Script, type SocketGateway, startSocketGateway, writeHead } from './socket-vendor.js'
import { renamed, TRANSCRIPTS, type Transcript } from './transcripts.js'

let started: SocketGateway | undefined
afterEach(async () => {
  await started?.close()
  started = undefined
})

async function start(script: Script, timeouts = {}): Promise<SocketGateway> {
  return (started = await startSocketGateway(script, { timeouts }))
}

/** Posts the transcript's request over a socket that the test holds in its hands. */
function post(url: string, { endpoint, request }: Transcript): ClientRequest {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
  const sent = httpRequest(url + endpoint.path, { method: 'POST', headers, agent: false })
  sent.on('error', () => undefined)
  sent.end(JSON.stringify(request))
  return sent
}

async function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.on('error', () => undefined)
  return response
}

describe.each(TRANSCRIPTS)('over sockets, a $name stream', (transcript) => {
  const { events, finish } = transcript

  test('case 72: reaches the client event by event, each before the vendor has made the next', async () => {
    let vendor: ServerResponse | undefined
    const { url } = await start((response) => void (vendor = writeHead(response)))
    const sent = post(url, transcript)
    await eventually(() => vendor !== undefined)
    vendor?.write(events[0])
    const response = await responseTo(sent)
    let text = ''
    response.on('data', (piece: Buffer) => (text += piece.toString()))
    for (let count = 1; count <= events.length; count += 1) {
      const expected = renamed(transcript, events.slice(0, count).join(''))
      await eventually(() => text.length >= expected.length)
      expect(text).toBe(expected)
      if (count < events.length) vendor?.write(events[count])
    }
    vendor?.end()
    await once(response, 'end')
  })

  const MOMENTS: readonly (readonly [string, Script])[] = [
    ['before its head', () => undefined],
    ['before its first event', (response) => void writeHead(response)],
    ['in mid-stream', (response) => void writeHead(response).write(events.slice(0, finish).join(''))],
  ]

  test.each(MOMENTS)(
    'cases 47, 73, 75: lets the vendor go when the client hangs up %s',
    async (name, script) => {
      const { url, seen, records, wallet } = await start(script)
      const sent = post(url, transcript)
      if (name === 'in mid-stream') (await responseTo(sent)).resume()
      await eventually(() => seen.arrived === 1)
      await pause(10)
      expect(seen.closed).toBe(0)
      sent.destroy()
      await eventually(() => seen.closed === 1 && records.length === 1)
      expect(records).toMatchObject([{ status: 'aborted', httpStatus: 499 }])
      expect(wallet().heldMicro).toBe(0)
    },
  )

  test('case 42: has its head and a sign of life before the vendor has sent a byte', async () => {
    const { url } = await start(() => undefined, { commitMs: 20 })
    const response = await responseTo(post(url, transcript))
    const [first] = (await once(response, 'data')) as [Buffer]
    expect([response.statusCode, first.toString()]).toEqual([200, transcript.keepAlive])
    response.destroy()
  })

  test('stops with a client that stops reading, goes on with it, and is let go with it', async () => {
    const piece = (events.find((event) => event.includes('🧀')) ?? '').replace('🧀', 'x'.repeat(64 * 1024))
    let written = 0
    const write = (response: ServerResponse): void => {
      written += piece.length
      if (response.write(piece)) setImmediate(write, response)
      else response.once('drain', () => write(response))
    }
    const { url, seen } = await start((response) => {
      writeHead(response).write(events[0])
      write(response)
    })
    const response = await responseTo(post(url, transcript))
    response.pause()
    const stopped = await settled(() => written)
    expect(stopped).toBeLessThan(64 * 1024 * 1024)
    response.resume()
    await eventually(() => written > stopped * 2)
    response.pause()
    await settled(() => written)
    response.destroy()
    await eventually(() => seen.closed === 1)
  })
})

/** What a count has come to when it has stopped rising. */
async function settled(count: () => number): Promise<number> {
  let last = -1
  while (last !== count()) {
    last = count()
    await pause(100)
  }
  return last
}
