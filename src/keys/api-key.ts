import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** What every key of a gateway begins with. */
const KEY_PREFIX = 'cm-'
/** Reserved for generated keys, so that one that was mistyped or cut is told from one that somebody chose. */
const GENERATED_PREFIX = 'cm-gk_'
/** No i, l, o, u: nothing that looks like something else, and no words. 5 bits per character. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const RANDOM_BYTES = 20
const RANDOM_LENGTH = 32
const CHECKSUM_LENGTH = 6
const BODY_LENGTH = RANDOM_LENGTH + CHECKSUM_LENGTH
const BODY_PATTERN = /^[0-9a-hjkmnp-tv-z]{38}$/
/** `cm-` and 1 to 253 visible ASCII characters: what a header can carry without surprises. */
const KEY_PATTERN = /^cm-[!-~]{1,253}$/
const HINT_CHARACTERS = 4

/**
 * - `generated`: made by {@link createApiKey}, checksum right;
 * - `custom`: any other `cm-` key, chosen by the deployment;
 * - `mistyped`: was a generated key once; no look-up can find it;
 * - `foreign`: no key of a gateway at all.
 */
export type ApiKeyFormat = 'generated' | 'custom' | 'mistyped' | 'foreign'

/** A new key, `cm-gk_` + 160 random bits + checksum; `randomBytes(n)` must give `n` cryptographically random bytes. */
export function createApiKey(randomBytes: (count: number) => Uint8Array): string {
  const random = encodeBits(randomBytes(RANDOM_BYTES), RANDOM_LENGTH)
  return GENERATED_PREFIX + random + checksum(random)
}

/** Tells, without a look-up, what a key can be. */
export function checkApiKeyFormat(key: string): ApiKeyFormat {
  if (!KEY_PATTERN.test(key)) return 'foreign'
  const bodyIntact = isBody(key.slice(-BODY_LENGTH))
  if (bodyIntact && key.length === GENERATED_PREFIX.length + BODY_LENGTH && key.startsWith(GENERATED_PREFIX))
    return 'generated'
  // An intact body behind a damaged prefix is a typo too: by chance it happens once in 2^30 keys.
  return bodyIntact || key.startsWith(GENERATED_PREFIX) ? 'mistyped' : 'custom'
}

/** HMAC-SHA256 of a key, hex: the only form in which a key is stored. */
export function hashKey(key: string, secret: string): string {
  return bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(key)))
}

/** The first characters of a key, for lists: four behind the prefix, never more than a third of the key. */
export function keyHint(key: string): string {
  const prefix = key.startsWith(GENERATED_PREFIX) ? GENERATED_PREFIX : KEY_PREFIX
  return `${key.slice(0, Math.min(prefix.length + HINT_CHARACTERS, Math.floor(key.length / 3)))}…`
}

function isBody(body: string): boolean {
  return BODY_PATTERN.test(body) && body.slice(RANDOM_LENGTH) === checksum(body.slice(0, RANDOM_LENGTH))
}

function checksum(random: string): string {
  return encodeBits(sha256(utf8ToBytes(random)), CHECKSUM_LENGTH)
}

/** The first `length` groups of five bits. */
function encodeBits(bytes: Uint8Array, length: number): string {
  let text = ''
  for (let index = 0; index < length; index += 1) {
    const bit = index * 5
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0)
    text += ALPHABET.charAt((pair >> (11 - (bit & 7))) & 31)
  }
  return text
}
