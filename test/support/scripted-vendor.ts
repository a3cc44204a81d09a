import type { CancelSignal } from '../../src/index.js'
import { createSimulatedTransport } from '../../adapters/command/simulated-vendor/index.js'
import {
  type Transport,
  UpstreamFault,
  type UpstreamFaultKind,
  type UpstreamRequest,
  type UpstreamResponse,
} from '../../src/index.js'
import { readText } from './read-answer.js'

/** One piece of a vendor's body: a text or bytes, a pause that the test ends, or a broken connection. */
export type Step = string | Uint8Array | Promise<unknown> | { readonly fault: UpstreamFaultKind }

/** What the vendor does with one call. */
export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
  /** The head comes when this has resolved. */
  readonly head?: Promise<unknown>
  /** Breaks before its head. */
  readonly fault?: UpstreamFaultKind
}

/** A call as the vendor got it. */
export interface VendorCall {
  readonly request: UpstreamRequest
  readonly text: string
  /** The body, parsed. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
  /** Pieces of the body that were asked for so far. */
  pulls: number
  /** The gateway ended the call before its end. */
  cancelled: boolean
}

/** A vendor under the test's control: plays replies in their order, then answers like the simulated vendor. */
export interface ScriptedVendor {
  readonly transport: Transport
  readonly calls: readonly VendorCall[]
  /** The latest call. */
  readonly last: () => VendorCall
  /** Replies for the next calls, one each. */
  readonly play: (...replies: readonly Reply[]) => void
  /** The reply of every call for which nothing else was played, or what finds it. */
  readonly always: (reply: Reply | ((call: VendorCall) => Reply)) => void
}

export function createScriptedVendor(): ScriptedVendor {
  const simulated = createSimulatedTransport()
  const calls: VendorCall[] = []
  const queue: Reply[] = []
  let fallback: ((call: VendorCall) => Reply) | undefined
  const transport: Transport = async (request) => {
    const text =
      typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body ?? undefined)
    const call: VendorCall = {
      request,
      text,
      json: text === '' ? null : JSON.parse(text),
      pulls: 0,
      cancelled: false,
    }
    calls.push(call)
    const reply = queue.shift() ?? fallback?.(call)
    if (reply === undefined) return await simulated(request)
    if (reply.head !== undefined) await Promise.race([reply.head, aborted(request.signal)])
    if (request.signal.aborted) throw new UpstreamFault('aborted')
    if (reply.fault !== undefined) throw new UpstreamFault(reply.fault)
    return toResponse(reply, call)
  }
  return {
    transport,
    calls,
    last() {
      const call = calls.at(-1)
      if (call === undefined) throw new Error('the vendor was not called')
      return call
    },
    play: (...replies) => void queue.push(...replies),
    always: (reply) => void (fallback = typeof reply === 'function' ? reply : () => reply),
  }
}

function toResponse({ status = 200, headers = {}, steps }: Reply, call: VendorCall): UpstreamResponse {
  const body = { [Symbol.asyncIterator]: () => iterate(steps, call) }
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body,
    text: () => readText(body),
  }
}

function iterate(steps: readonly Step[], call: VendorCall): AsyncIterator<Uint8Array> {
  const { signal } = call.request
  const encoder = new TextEncoder()
  let at = 0
  return {
    async next() {
      for (;;) {
        if (signal.aborted) throw new UpstreamFault('aborted')
        const step = steps[at]
        at += 1
        call.pulls += 1
        if (step === undefined || call.cancelled) return { done: true, value: undefined }
        if (typeof step === 'string') return { done: false, value: encoder.encode(step) }
        if (step instanceof Uint8Array) return { done: false, value: step }
        if ('fault' in step) throw new UpstreamFault(step.fault)
        await Promise.race([step, aborted(signal)])
      }
    },
    return() {
      call.cancelled = true
      return Promise.resolve({ done: true, value: undefined })
    },
  }
}

function aborted(signal: CancelSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
}
