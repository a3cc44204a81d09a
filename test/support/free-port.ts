import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems give to connections: one of those is soon somebody else's when its server is stopped. */
const FIRST_PORT = 20_000
const PORTS = 12_000

/** A port of the loopback interface that nobody listens on, and that stays free while its server starts, or starts again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch {
    return false
  }
  probe.close()
  await once(probe, 'close')
  return true
}
