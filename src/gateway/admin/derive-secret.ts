import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** HMAC-SHA256 of a purpose. The word in front keeps it apart from the hashes of keys, which all begin with `cm-`. */
export function deriveSecret(secret: string, purpose: string): Uint8Array {
  return hmac(sha256, utf8ToBytes(secret), utf8ToBytes(`derive:${purpose}`))
}
