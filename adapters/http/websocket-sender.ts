import type { WebSocket } from 'ws'

/** What goes out on a socket. */
export interface SocketSender {
  readonly send: (text: string) => void
  /** Resolves when a client that reads slowly has caught up, or is gone; null when there is nothing to wait for. */
  readonly drained: () => Promise<void> | null
}

/** Bytes that may wait for the client before the vendor is read no further. */
const HIGH_WATER_BYTES = 1024 * 1024

/** Creates the one sender of a socket. */
export function createSocketSender(socket: WebSocket): SocketSender {
  const waiting: (() => void)[] = []
  const isFull = (): boolean => socket.readyState === socket.OPEN && socket.bufferedAmount >= HIGH_WATER_BYTES
  const onSent = (): void => {
    if (waiting.length === 0 || isFull()) return
    for (const wake of waiting.splice(0)) wake()
  }
  socket.on('close', onSent)
  return {
    send: (text) => socket.send(text, onSent),
    drained: () => (isFull() ? new Promise((resolve) => waiting.push(resolve)) : null),
  }
}
