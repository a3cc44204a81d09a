import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http'
import { onTestFinished, expect, test } from 'vitest'
import { listen } from '../../../adapters/command/listen.js'

/** A server, and what it says of its connections. */
async function open(idleConnectionMs: number) {
  let server: Server = createServer()
  const { url, close } = await listen(
    (_request, response) => void response.end('ok'),
    { host: '127.0.0.1', port: 0, idleConnectionMs },
    (attached) => {
      server = attached
      return { close: () => undefined }
    },
  )
  onTestFinished(() => close(0))
  return { url, server }
}

function ask(url: string): Promise<IncomingMessage> {
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  return new Promise((resolve, reject) => get(url, { agent }, resolve).once('error', reject))
}

test('a connection waits as long for its next request as it was told', async () => {
  const { url } = await open(65_000)
  const answer = await ask(url)
  answer.resume()
  expect(answer.headers['keep-alive']).toBe('timeout=65')
})

test.each([
  [65_000, 66_000],
  [0, 61_000],
  [620_000, 300_000],
])('with %i ms of waiting a head may take %i ms, never longer than a request', async (idle, head) => {
  const { server } = await open(idle)
  expect(server.keepAliveTimeout).toBe(idle)
  expect(server.headersTimeout).toBe(head)
  expect(server.requestTimeout).toBeGreaterThanOrEqual(head)
})
