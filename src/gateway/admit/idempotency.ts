import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { parseJson } from '../../canonical/json.js'
import { asObject } from '../../canonical/narrow.js'
import { GatewayError } from '../../errors.js'
import type { Identity } from '../../keys/key-store.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import { single } from '../http/headers.js'
import type { GatewayRequest, GatewayResponse } from '../http/http.js'
import { inquire } from './abandoned.js'
import { keepStream } from './keep-stream.js'
import type { ReadBody } from '../http/read-body.js'

/** A request with an `Idempotency-Key`: it runs once, and its repetitions get the same answer. */
export interface Once {
  /** The answer of before; null when this request is the first one, and has to run. Throws 409 or 422. */
  recall(): Promise<GatewayResponse | null>
  /** Keeps the answer of a call that was billed, and frees the key of one that was not. */
  keep(response: GatewayResponse): Promise<GatewayResponse>
  /** Frees the key: the call has failed, and a retry may run. */
  free(): Promise<void>
}

const KEY = /^[\x20-\x7e]{1,255}$/
/** Asked again only when a key was freed between the two looks at it. */
const ATTEMPTS = 3
const RETRY_AFTER_MS = 1000
/** Headers that belong to the answer, not to the request that got it. */
const KEPT_HEADERS = [
  'content-type',
  'cache-control',
  'x-accel-buffering',
  'x-crossmodel-model',
  'x-crossmodel-warnings',
] as const

/** What stands under a key. Neither `answer` nor `gone`: the request is running, or its process has crashed. */
interface Entry {
  readonly fingerprint: string
  /** Whose key it is until when; behind that time, what became of the call is to be found out. */
  readonly running?: { readonly requestId: string; readonly until: number }
  readonly answer?: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  readonly gone?: keyof typeof GONE
}

/** Why the answer of a billed call was not kept. */
const GONE = {
  too_large: 'its answer was too large to be kept',
  aborted: 'its client left before the end of the answer',
  lost: 'its answer was lost in a crash',
} as const

/** Null without the header, which costs nothing then. Throws `invalid_value` for a key that is too long or not ASCII. */
export function openOnce(
  core: Core,
  call: Call,
  { request, identity, body }: { request: GatewayRequest; identity: Identity; body: ReadBody },
): Once | null {
  const header = request.headers['idempotency-key']
  if (header === undefined) return null
  const key = single(header)
  if (!KEY.test(key)) {
    const message = 'The Idempotency-Key header must be 1 to 255 printable ASCII characters.'
    throw new GatewayError('invalid_value', message)
  }
  const name = `idempotency:${encodeURIComponent(identity.account.id)}:${key}`
  const fingerprint = bytesToHex(sha256(utf8ToBytes(`${call.endpoint}\n${body.source.text}`)))
  return createOnce(core, call, { name, fingerprint })
}

function createOnce(
  core: Core,
  call: Call,
  { name, fingerprint }: { readonly name: string; readonly fingerprint: string },
): Once {
  const { state } = core.stores
  const { idempotencyTtlMs, maxStoredAnswerBytes } = core.settings
  let isOurs = false

  const write = async (entry: Entry): Promise<void> => {
    const expiresAt = core.now() + idempotencyTtlMs
    await tell('put', async () => {
      if ((await holder()) !== 'other') await state.put(name, JSON.stringify(entry), expiresAt)
    })
  }

  const free = async (): Promise<void> => {
    if (!isOurs) return
    isOurs = false
    await tell('delete', async () => {
      if ((await holder()) === 'we') await state.delete(name)
    })
  }

  /** Whoever comes when the time of a call is over takes its key, and the call may end after that. */
  const holder = async (): Promise<'we' | 'other' | 'nobody'> => {
    const text = await state.get(name)
    if (text === null) return 'nobody'
    return readEntry(text).running?.requestId === call.requestId ? 'we' : 'other'
  }

  /** The answer has been given, so nobody but the operator is left to tell. */
  const tell = async (operation: string, step: () => unknown): Promise<void> => {
    try {
      await step()
    } catch (cause) {
      const { requestId } = call
      core.hooks.storeFailure({ requestId, store: 'state', operation, cause, passed: true, lost: null })
    }
  }

  const keepText = async (response: GatewayResponse, body: string | null): Promise<void> => {
    // A call that goes on without its client has said where its answer will be.
    const isToCome = call.isDetached && typeof response.body === 'string'
    const hasLeft = call.isDetached && !isToCome && call.ended === null
    if (!isToCome && !hasLeft && call.ended?.billed !== true) return free()
    if (hasLeft || (!isToCome && call.ended?.status === 'aborted'))
      return write({ fingerprint, gone: 'aborted' })
    if (body === null) return write({ fingerprint, gone: 'too_large' })
    const { status, headers } = response
    return write({ fingerprint, answer: { status, headers: pickKept(headers), body } })
  }

  return {
    async recall() {
      const entry = await claim(core, call, { name, fingerprint })
      isOurs = entry === null
      return entry === null ? null : replay(call, entry, fingerprint)
    },
    async keep(response) {
      const { body } = response
      if (typeof body === 'object' && Symbol.asyncIterator in body) {
        const kept = keepStream(body, {
          maxBytes: maxStoredAnswerBytes,
          onEnd: (text) => keepText(response, text),
        })
        return { ...response, body: kept }
      }
      const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
      await keepText(response, utf8ToBytes(text).length > maxStoredAnswerBytes ? null : text)
      return response
    },
    free,
  }
}

interface Claim {
  readonly name: string
  readonly fingerprint: string
}

/** Takes the key, or gives what stands under it. */
async function claim(core: Core, call: Call, { name, fingerprint }: Claim): Promise<Entry | null> {
  const { state } = core.stores
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const { text: ours, expiresAt } = runningEntry(core, call, fingerprint)
      if (await state.create(name, ours, expiresAt)) return null
      const text = await state.get(name)
      if (text === null) continue
      const entry = readEntry(text)
      const isLate = entry.running !== undefined && entry.running.until <= core.now()
      return isLate && entry.fingerprint === fingerprint ? await takeOver(core, call, { name, entry }) : entry
    }
  } catch (cause) {
    throw unreadable(core, call, cause)
  }
  throw inUse()
}

/** It stays longer than the hold of its call, so that a crash between the charge and the answer is noticed. */
function runningEntry(
  { settings, now }: Core,
  { requestId }: Call,
  fingerprint: string,
): { readonly text: string; readonly expiresAt: number } {
  const { leaseTtlMs, idempotencyTtlMs } = settings
  const entry: Entry = { fingerprint, running: { requestId, until: now() + leaseTtlMs } }
  return { text: JSON.stringify(entry), expiresAt: now() + Math.max(2 * leaseTtlMs, idempotencyTtlMs) }
}

/** Takes the key of a call whose time is over, unless it was charged or runs all the same: then what stands under it. */
async function takeOver(
  core: Core,
  call: Call,
  { name, entry }: { readonly name: string; readonly entry: Entry },
): Promise<Entry | null> {
  const { state } = core.stores
  const fate = await inquire(core, name, {
    holdId: entry.running?.requestId ?? '',
    accountId: call.identity?.account.id ?? '',
  })
  switch (fate) {
    case 'running':
    case 'unknown':
      return entry
    case 'void': {
      const { text, expiresAt } = runningEntry(core, call, entry.fingerprint)
      await state.put(name, text, expiresAt)
      return null
    }
    case 'charged': {
      const lost: Entry = { fingerprint: entry.fingerprint, gone: 'lost' }
      await state.put(name, JSON.stringify(lost), core.now() + core.settings.idempotencyTtlMs)
      return lost
    }
  }
}

function replay(call: Call, entry: Entry, fingerprint: string): GatewayResponse {
  const { answer, gone } = entry
  if (entry.fingerprint !== fingerprint) {
    const message = 'This Idempotency-Key was used for another request; use a new key for each request.'
    throw new GatewayError('idempotency_key_reused', message)
  }
  if (gone !== undefined) {
    // Clients retry a 409 on their own: here that would be in vain.
    call.headers['x-should-retry'] = 'false'
    const message = `The request with this Idempotency-Key has ended and was billed, but ${GONE[gone]}. Use a new key to run it again.`
    throw new GatewayError('idempotency_key_in_use', message)
  }
  if (answer === undefined) throw inUse()
  call.close()
  Object.assign(call.headers, answer.headers, { 'idempotent-replayed': 'true' })
  return { status: answer.status, headers: call.headers, body: answer.body }
}

function inUse(): GatewayError {
  const message = 'The request with this Idempotency-Key is still running. Retry later.'
  return new GatewayError('idempotency_key_in_use', message, { retryAfterMs: RETRY_AFTER_MS })
}

/** Without the store nobody knows whether the request has run before: running it again could charge twice. */
function unreadable({ hooks }: Core, { requestId }: Call, cause: unknown): GatewayError {
  hooks.storeFailure({ requestId, store: 'state', operation: 'create', cause, passed: false, lost: null })
  return new GatewayError('db_error', 'The Idempotency-Key could not be checked. Try again later.', { cause })
}

function readEntry(text: string): Entry {
  const entry = asObject(parseJson(text))
  if (entry === undefined) throw new TypeError('what stands under an idempotency key is not ours')
  return entry as unknown as Entry
}

function pickKept(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of KEPT_HEADERS) {
    const value = headers[name]
    if (value !== undefined) kept[name] = value
  }
  return kept
}
