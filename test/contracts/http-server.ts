import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of this test on a free port of the loopback address. */
export interface TestServer {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Listens on a free port; `close` also breaks what is still connected. */
export async function listen(server: Server): Promise<TestServer> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise((resolve) => {
        server.close(resolve)
      })
      server.closeAllConnections()
      await closed
    },
  }
}

/** A node:http server around one listener. */
export function startServer(listener: RequestListener): Promise<TestServer> {
  return listen(createServer(listener))
}

/** A promise that is settled from outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
}

export function defer<T = void>(): Deferred<T> {
  let settle: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => {
    settle = resolve
  })
  return { promise, resolve: (value) => settle(value) }
}

/** Resolves when `condition` holds; the test's own timeout ends a wait in vain. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Resolves after `milliseconds`. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Waits until a count has stopped rising. */
export async function settles(count: () => number): Promise<void> {
  let last = -1
  await eventually(() => count() > 0)
  while (last !== count()) {
    last = count()
    await pause(50)
  }
}
