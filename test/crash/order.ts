import type { Instance } from './fleet.js'
import type { Account } from './accounts.js'
import { MODEL, keyOf } from './accounts.js'
import type { Script } from './vendor.js'

/** Something that a client wants once; `id` is the marker of its script. */
export interface Order {
  readonly account: Account
  readonly script: Script
  readonly streamed: boolean
  /** It is sent with an Idempotency-Key, and again when it fails. */
  readonly keyed: boolean
  /** The client leaves after so many milliseconds. */
  readonly leavesAfterMs: number | null
}

/**
 * How an attempt ended for its client: with the whole answer; with a part of it; with a refusal; without a word; or the
 * client left.
 */
export type AttemptEnd = 'whole' | 'cut' | 'refused' | 'lost' | 'left'

/** One request of an order. */
export interface Attempt {
  readonly order: Order
  readonly instance: Instance
  readonly end: AttemptEnd
  /** 0 without an answer. */
  readonly status: number
  /** Of a refusal. */
  readonly code: string | null
  /** The name of its hold; null without an answer. */
  readonly requestId: string | null
  /** The answer was that of an attempt before. */
  readonly replayed: boolean
  /** The gateway says that another attempt is of use. */
  readonly mayRetry: boolean
  /** Milliseconds that it took beyond those of the vendor. */
  readonly overheadMs: number
  /** The answer; empty when it was not whole or cut by the gateway. */
  readonly text: string
}

/** Sends an order once, to one gateway; never rejects. */
export async function attempt(order: Order, instance: Instance): Promise<Attempt> {
  const leaving = new AbortController()
  const timer = setTimeout(() => leaving.abort(), order.leavesAfterMs ?? LONGEST_MS)
  const seen = { status: 0, requestId: null as string | null, replayed: false, mayRetry: true, text: '' }
  const startedAt = Date.now()
  const { words, wordMs } = order.script
  const conclude = (end: AttemptEnd, code: string | null = null): Attempt => ({
    order,
    instance,
    end,
    code,
    overheadMs: Date.now() - startedAt - words * wordMs,
    ...seen,
  })
  try {
    const response = await fetch(`${instance.url}/v1/chat/completions`, {
      method: 'POST',
      headers: headersOf(order),
      body: bodyOf(order),
      signal: leaving.signal,
    })
    seen.status = response.status
    seen.requestId = response.headers.get('x-request-id')
    seen.replayed = response.headers.get('idempotent-replayed') === 'true'
    seen.mayRetry = response.headers.get('x-should-retry') !== 'false'
    if (!response.ok) {
      const { error } = (await response.json()) as { readonly error: { readonly code: string } }
      return conclude('refused', error.code)
    }
    const raw = await response.text()
    const { text, isWhole } = order.streamed ? readStream(raw) : readWhole(raw)
    seen.text = text
    return conclude(isWhole ? 'whole' : 'cut')
  } catch {
    return conclude(leaving.signal.aborted ? 'left' : seen.status === 0 ? 'lost' : 'cut')
  } finally {
    clearTimeout(timer)
  }
}

/** A gateway that hangs must not hang the test: its answer is then missing from what is expected. */
const LONGEST_MS = 30_000

function headersOf({ account, keyed, script }: Order): Record<string, string> {
  return {
    authorization: `Bearer ${keyOf(account)}`,
    'content-type': 'application/json',
    ...(keyed ? { 'idempotency-key': script.marker } : {}),
  }
}

/** The end user is the marker, so that the ledger knows which order a hold was for. */
function bodyOf({ script, streamed }: Order): string {
  const messages = [{ role: 'user', content: JSON.stringify(script) }]
  return JSON.stringify({ model: MODEL, messages, stream: streamed, user: script.marker })
}

interface Reading {
  readonly text: string
  readonly isWhole: boolean
}

function readWhole(raw: string): Reading {
  const { choices } = JSON.parse(raw) as {
    readonly choices: readonly { readonly message: { readonly content: string } }[]
  }
  return { text: choices[0]?.message.content ?? '', isWhole: true }
}

function readStream(raw: string): Reading {
  const isWhole = raw.includes('"finish_reason":"stop"') && raw.trimEnd().endsWith('data: [DONE]')
  return { text: [...raw.matchAll(/"content":"([^"]*)"/g)].map(([, word]) => word).join(''), isWhole }
}
