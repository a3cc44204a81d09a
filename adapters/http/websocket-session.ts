import type { WebSocket } from 'ws'
import { GatewayError, isJsonObject, type JsonObject, parseJson } from '../../src/index.js'
import { type CallerOptions, createCaller, type Turn } from './websocket-call.js'
import { describeError, refuseSteer } from './websocket-messages.js'
import { createSocketSender } from './websocket-sender.js'

/** The calls of one socket. */
export interface Session {
  /** True when no call runs or waits. */
  readonly isIdle: () => boolean
}

/** Calls of one socket that may run or wait at a time. */
const MAX_UNFINISHED = 16

/**
 * Answers the messages of a socket: each `response.create` becomes one POST to the handler. Those with the same
 * `stream_id` wait for each other, others run side by side; the end of the socket ends them all.
 */
export function openSession(socket: WebSocket, options: Omit<CallerOptions, 'drained'>): Session {
  const { send, drained } = createSocketSender(socket)
  const caller = createCaller({ ...options, drained })
  const lanes = new Map<unknown, Promise<void>>()
  let unfinished = 0

  const queue = (lane: unknown, turn: Turn): void => {
    unfinished += 1
    const run = async (before: Promise<void> | undefined): Promise<void> => {
      await before
      if (socket.readyState === socket.OPEN) await caller.answer(turn)
      unfinished -= 1
      if (lanes.get(lane) === done) lanes.delete(lane)
    }
    const done = run(lanes.get(lane))
    lanes.set(lane, done)
  }

  socket.on('message', (data: Buffer) => {
    const text = data.toString()
    const json = parseJson(text)
    const message = isJsonObject(json) ? json : null
    const lane = message?.['stream_id']
    const emit = typeof lane === 'string' ? tagged(lane, send) : send
    const refusal = unfinished < MAX_UNFINISHED ? refuse(message) : describeError(tooMany())
    if (refusal === null) queue(lane, { message, text, emit })
    else emit(JSON.stringify(refusal))
  })
  socket.on('close', caller.leave)
  return { isIdle: () => unfinished === 0 }
}

/** What is said to a message that is no call; null for a call, and for what the handler is to refuse. */
function refuse(message: JsonObject | null): JsonObject | null {
  if (message === null) return null
  const { type, stream_id: lane } = message
  if (type === 'response.steer') return refuseSteer(message)
  if (type !== 'response.create') return describeError(badValue('type', 'must be "response.create".'))
  return lane === undefined || typeof lane === 'string'
    ? null
    : describeError(badValue('stream_id', 'must be a string.'))
}

function badValue(param: string, rule: string): GatewayError {
  return new GatewayError('invalid_value', `${param}: ${rule}`, { param })
}

function tooMany(): GatewayError {
  return new GatewayError(
    'rate_limit_exceeded',
    `This connection has ${MAX_UNFINISHED} unfinished responses; wait for one to end.`,
  )
}

/** Events of a call with a `stream_id` say it. Spliced in, for an event is a JSON object that need not be read for it. */
function tagged(lane: string, send: Turn['emit']): Turn['emit'] {
  const start = `{"stream_id":${JSON.stringify(lane)},`
  return (text) => send(start + text.slice(1))
}
