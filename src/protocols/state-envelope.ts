import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { decodeBase64Url, encodeBase64Url } from '../canonical/base64-url.js'
import { isJsonObject, parseJson } from '../canonical/json.js'
import type { OpaqueState } from '../canonical/state.js'
import type { CodecContext, OpenedState } from './protocol.js'

const PREFIX = 'gw1'
const TAG_BYTES = 16
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
const FAMILY = /^[a-z0-9:_-]{1,64}$/
const KINDS: ReadonlySet<string> = new Set([
  'signature',
  'redacted',
  'encrypted',
  'thought-signature',
  'details',
  'reasoning-text',
])

/** A secret that signs envelopes. The first one signs, all of them verify (rotation). */
export interface EnvelopeSecret {
  /** Short id, part of the envelope. `0` is kept for "no secret". */
  readonly id: string
  readonly secret: string
}

/**
 * Creates the context that codecs need: the envelope for foreign reasoning state, and the hash for ids.
 * Without a secret an envelope proves integrity only (SHA-256), which suffices for one tenant's own conversation.
 *
 * Envelope: `gw1.<key id>.<base64url JSON>.<base64url tag>`; deterministic, so a history keeps its bytes.
 */
export function createCodecContext(secrets: readonly EnvelopeSecret[] = []): CodecContext {
  const signer = secrets[0]
  const byId = new Map(secrets.map(({ id, secret }) => [id, secret]))
  return {
    seal(state) {
      const id = signer?.id ?? '0'
      const payload = encodeBase64Url(utf8ToBytes(JSON.stringify(toWire(state))))
      return `${PREFIX}.${id}.${payload}.${tag(signer?.secret, id, payload)}`
    },
    open: (text) => openEnvelope(text, byId, signer === undefined),
    hash: (text, length) => toBase32(sha256(utf8ToBytes(text))).slice(0, length),
  }
}

/** True for text that only `open` can read: no vendor takes it as it is. */
export function isEnvelope(text: unknown): boolean {
  return typeof text === 'string' && text.startsWith(`${PREFIX}.`)
}

/** Stands where clients expect state and there is none: no vendor gets it back. */
export const NO_STATE: OpaqueState = { family: 'none', kind: 'reasoning-text', data: '' }

/** True for what was sealed as {@link NO_STATE}. */
export function isNoState({ family }: OpaqueState): boolean {
  return family === NO_STATE.family
}

/** First 16 hex digits of SHA-256: binds state to the visible text beside it. */
export function hashText(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 16)
}

function openEnvelope(
  text: string,
  secrets: ReadonlyMap<string, string>,
  allowUnsigned: boolean,
): OpenedState {
  if (!text.startsWith(`${PREFIX}.`)) return { status: 'foreign' }
  const [, id, payload, given, ...rest] = text.split('.')
  if (id === undefined || payload === undefined || given === undefined || rest.length > 0) {
    return { status: 'tampered' }
  }
  const secret = secrets.get(id)
  if (secret === undefined && !(allowUnsigned && id === '0')) return { status: 'tampered' }
  if (!equalInConstantTime(tag(secret, id, payload), given)) return { status: 'tampered' }
  const bytes = decodeBase64Url(payload)
  const state = bytes === null ? null : fromWire(parseJson(new TextDecoder().decode(bytes)))
  return state === null ? { status: 'tampered' } : { status: 'ours', state }
}

function tag(secret: string | undefined, id: string, payload: string): string {
  const message = utf8ToBytes(`${PREFIX}.${id}.${payload}`)
  const digest = secret === undefined ? sha256(message) : hmac(sha256, utf8ToBytes(secret), message)
  return encodeBase64Url(digest.subarray(0, TAG_BYTES))
}

/** Short field names in a fixed order: the envelope stands in every later request of the conversation. */
function toWire(state: OpaqueState): unknown {
  return {
    f: state.family,
    k: state.kind,
    d: state.data,
    i: state.itemId,
    b: state.binding,
    t: state.textHash,
  }
}

function fromWire(value: unknown): OpaqueState | null {
  if (!isJsonObject(value)) return null
  const { f, k, d, i, b, t } = value
  if (typeof f !== 'string' || !FAMILY.test(f) || typeof k !== 'string' || !KINDS.has(k) || d === undefined) {
    return null
  }
  return {
    family: f,
    kind: k as OpaqueState['kind'],
    data: d,
    ...(typeof i === 'string' ? { itemId: i } : {}),
    ...(isJsonObject(b) ? { binding: b } : {}),
    ...(typeof t === 'string' ? { textHash: t } : {}),
  }
}

function equalInConstantTime(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at)
  return difference === 0
}

function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      text += BASE32[(value >> (bits - 5)) & 31]
      bits -= 5
    }
  }
  return text
}
