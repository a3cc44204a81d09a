import type { WebSocket } from 'ws'
import type { Session } from './websocket-session.js'

/** Looks after open sockets. */
export interface Pulse {
  /** Until it closes. */
  readonly watch: (socket: WebSocket, session: Session) => void
}

export interface PulseOptions {
  /** How often a silent client is asked whether it is there. */
  readonly pingMs: number
  /** True when the server takes no more requests: sockets close as soon as their calls have ended. */
  readonly isClosing: () => boolean
}

/** How often a server is looked at that may have stopped: no event says so before its last connection has ended. */
const CLOSE_CHECK_MS = 200
const GOING_AWAY = 1001

/** Creates what pings the sockets of a server, breaks those whose client is gone, and lets a server close. */
export function createPulse({ pingMs, isClosing }: PulseOptions): Pulse {
  const sessions = new Map<WebSocket, Session>()
  const silent = new WeakSet<WebSocket>()
  let timers: readonly NodeJS.Timeout[] = []

  const ping = (): void => {
    for (const socket of sessions.keys()) {
      // A ping behind a full buffer says nothing about a client that reads slowly.
      if (silent.has(socket) && socket.bufferedAmount === 0) socket.terminate()
      else {
        silent.add(socket)
        socket.ping()
      }
    }
  }
  const closeIdle = (): void => {
    if (!isClosing()) return
    for (const [socket, session] of sessions) if (session.isIdle()) socket.close(GOING_AWAY)
  }
  const start = (): void => {
    timers = [setInterval(ping, pingMs).unref(), setInterval(closeIdle, CLOSE_CHECK_MS).unref()]
  }
  const stop = (): void => {
    for (const timer of timers) clearInterval(timer)
  }

  return {
    watch(socket, session) {
      const hear = (): void => void silent.delete(socket)
      socket.on('pong', hear)
      socket.on('message', hear)
      socket.on('close', () => {
        sessions.delete(socket)
        if (sessions.size === 0) stop()
      })
      if (sessions.size === 0) start()
      sessions.set(socket, session)
    },
  }
}
