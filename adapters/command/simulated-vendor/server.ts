import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type JsonValue, parseJson } from '../../../src/index.js'
import { createPause, deliverEvents } from './deliver.js'
import { replyTo, type VendorOptions, type VendorRequest } from './reply.js'

/** Where the vendor listens, and with which key. */
export interface SimulatedVendorOptions extends VendorOptions {
  /** 0 (the default) takes a free one. */
  readonly port?: number | undefined
  /** 127.0.0.1 unless told otherwise. */
  readonly host?: string | undefined
}

/** A request as it came, and how far its answer got. */
interface RecordedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: VendorRequest['headers']
  /** Undefined when the body is no JSON. */
  readonly body: JsonValue | undefined
  /** Events written so far; a body that is no stream is one. */
  readonly eventsSent: number
  /** `aborted`: the client went away before the end. */
  readonly outcome: 'running' | 'complete' | 'cut' | 'aborted'
}

/** A running vendor. */
export interface SimulatedVendor {
  readonly url: string
  /** What the SDK of each protocol takes as its base URL. */
  readonly baseUrls: Readonly<
    Record<'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini', string>
  >
  /** Every request so far, the oldest first. */
  readonly requests: readonly RecordedRequest[]
  /** Stops listening and breaks what is still open. */
  close(): Promise<void>
}

type MutableRecord = { -readonly [Field in keyof RecordedRequest]: RecordedRequest[Field] }

/** Starts the vendor on a socket of its own. */
export async function startSimulatedVendor(options: SimulatedVendorOptions = {}): Promise<SimulatedVendor> {
  const requests: MutableRecord[] = []
  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing, { options, requests })
  })
  const { port = 0, host = '127.0.0.1' } = options
  server.listen(port, host)
  await once(server, 'listening')
  const url = `http://${host}:${(server.address() as AddressInfo).port}`
  return {
    url,
    baseUrls: {
      'openai-chat': `${url}/v1`,
      'openai-responses': `${url}/v1`,
      'anthropic-messages': url,
      gemini: url,
    },
    requests,
    close: () => closeServer(server),
  }
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { options, requests }: { readonly options: VendorOptions; readonly requests: MutableRecord[] },
): Promise<void> {
  const stop = new AbortController()
  outgoing.once('close', () => stop.abort())
  try {
    const request = await readRequest(incoming)
    const { body, ...head } = request
    const record: MutableRecord = { ...head, body: parseJson(body), eventsSent: 0, outcome: 'running' }
    requests.push(record)
    await answer(request, outgoing, { options, record, signal: stop.signal })
  } catch {
    outgoing.destroy()
  }
}

async function readRequest(incoming: IncomingMessage): Promise<VendorRequest> {
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: await text(incoming),
  }
}

interface Exchange {
  readonly options: VendorOptions
  readonly record: MutableRecord
  /** Aborted when the connection is closed. */
  readonly signal: AbortSignal
}

async function answer(
  request: VendorRequest,
  outgoing: ServerResponse,
  { options, record, signal }: Exchange,
): Promise<void> {
  const reply = replyTo(request, options)
  outgoing.writeHead(reply.status, reply.headers)
  outgoing.flushHeaders()
  try {
    for await (const event of deliverEvents(reply, createPause(signal))) {
      if (!outgoing.write(event)) await once(outgoing, 'drain', { signal })
      record.eventsSent += 1
    }
    outgoing.end()
    record.outcome = 'complete'
  } catch {
    record.outcome = signal.aborted ? 'aborted' : 'cut'
    outgoing.destroy()
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
