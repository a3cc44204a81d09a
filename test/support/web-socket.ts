import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { onTestFinished } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import { toNode } from '../../adapters/http/node.js'
import {
  type AttachedWebSocket,
  attachWebSocket,
  type WebSocketOptions,
} from '../../adapters/http/websocket.js'
import { listen } from '../contracts/http-server.js'
import { createTestGateway, KEY, type Overrides, type TestGateway } from './test-gateway.js'

/** A gateway on node:http that takes sockets. */
export interface SocketGateway extends TestGateway {
  readonly url: string
  readonly server: Server
  readonly attached: AttachedWebSocket
  /** Connects to the endpoint with the test's key. */
  readonly connect: (options?: ClientOptions) => Promise<TestSocket>
}

/** Starts a gateway that ends with its test. */
export async function startSocketGateway(
  overrides: Overrides = {},
  options: WebSocketOptions = {},
): Promise<SocketGateway> {
  const tested = createTestGateway(overrides)
  const server = createServer(toNode(tested.gateway))
  const attached = attachWebSocket(server, tested.gateway, options)
  const { url, close } = await listen(server)
  onTestFinished(async () => {
    attached.close()
    await close()
  })
  return { ...tested, url, server, attached, connect: (client) => openSocket(`${url}/v1/responses`, client) }
}

// Messages are read at any path; one that is wrong is undefined, and fails its test.
// oxlint-disable-next-line typescript/no-explicit-any
export type Message = any

/** A client of the WebSocket mode. */
export interface TestSocket {
  readonly raw: WebSocket
  readonly send: (message: object | string) => void
  /** The next message, parsed. */
  readonly next: () => Promise<Message>
  /** All messages up to the one that ends a response. */
  readonly answer: () => Promise<Message[]>
  /** Sends a `response.create` and reads its answer. */
  readonly create: (body: object) => Promise<Message[]>
  /** The code with which the socket ended. */
  readonly closed: Promise<number>
}

const TERMINAL = new Set(['response.completed', 'response.incomplete', 'response.failed', 'error'])

/** Connects with the test's key; the end of the test breaks the connection. */
export async function openSocket(url: string, options: ClientOptions = {}): Promise<TestSocket> {
  const headers = { authorization: `Bearer ${KEY}`, ...options.headers }
  const raw = new WebSocket(url.replace('http', 'ws'), { ...options, headers })
  onTestFinished(() => raw.terminate())
  const messages: Message[] = []
  let wake: () => void = () => undefined
  raw.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()))
    wake()
  })
  const closed = new Promise<number>((resolve) => {
    raw.on('close', (code) => {
      resolve(code)
      wake()
    })
  })
  await once(raw, 'open')
  raw.on('error', () => undefined)

  const send = (message: object | string): void =>
    raw.send(typeof message === 'string' ? message : JSON.stringify(message))
  const next = async (): Promise<Message> => {
    while (messages.length === 0) {
      if (raw.readyState !== raw.OPEN) throw new Error('the socket has ended')
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return messages.shift()
  }
  const answer = async (): Promise<Message[]> => {
    const read: Message[] = []
    do read.push(await next())
    while (!TERMINAL.has(read.at(-1).type))
    return read
  }
  const create = (body: object): Promise<Message[]> => {
    send({ type: 'response.create', ...body })
    return answer()
  }
  return { raw, send, next, answer, create, closed }
}
