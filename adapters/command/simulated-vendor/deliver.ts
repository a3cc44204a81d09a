import { setTimeout as sleep } from 'node:timers/promises'
import type { VendorReply } from './reply.js'

/** Thrown where the script breaks the connection. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut'
}

/** Longer than any timeout that waits for it, and the longest a timer can be. */
const FOR_EVER_MS = 2_147_483_647

/** Waits; rejects when the signal aborts. */
export type Pause = (durationMs: number) => Promise<void>

/** Waits by the clock. */
export function createPause(signal: AbortSignal): Pause {
  return async (durationMs) => {
    await sleep(durationMs, undefined, { signal })
  }
}

/** Yields the events of a reply in the tempo of its script; throws {@link ConnectionCut} where that ends it. */
export async function* deliverEvents(reply: VendorReply, pause: Pause): AsyncGenerator<string, void, void> {
  const { delayMs, ending } = reply.delivery
  for (const event of reply.events) {
    if (delayMs > 0) await pause(delayMs)
    yield event
  }
  if (ending === 'stall') await pause(FOR_EVER_MS)
  if (ending === 'cut') throw new ConnectionCut('cut by the script')
}
