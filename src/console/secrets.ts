import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { Admin } from '../gateway/admin/index.js'

/** Keys of the console's signatures: the same in every process with the gateway's `keySecret` and the operator's token. */
export interface ConsoleSecrets {
  /** Signs the cookies of sessions of the operator's token: another token ends them. */
  readonly session: Uint8Array
  readonly csrf: Uint8Array
  /** Makes the secrets of playground keys. */
  readonly playground: Uint8Array
}

/** Derives them when they are first needed: the gateway may have to draw its secret, and its stores may be away. */
export function createSecrets(
  admin: Pick<Admin, 'deriveSecret'>,
  operatorToken: string | undefined,
): () => Promise<ConsoleSecrets> {
  let known: ConsoleSecrets | undefined
  return async () => {
    if (known !== undefined) return known
    const root = await admin.deriveSecret('console')
    return (known = {
      session: sign(root, `session:${operatorToken ?? ''}`),
      csrf: sign(root, 'csrf'),
      playground: sign(root, 'playground'),
    })
  }
}

/** HMAC-SHA256 of a text. */
export function sign(key: Uint8Array, text: string): Uint8Array {
  return hmac(sha256, key, utf8ToBytes(text))
}

/** Compares two texts in a time that tells nothing of where they differ, nor of their lengths. */
export function isSameText(left: string, right: string): boolean {
  const [one, other] = [sha256(utf8ToBytes(left)), sha256(utf8ToBytes(right))]
  return one.reduce((difference, byte, index) => difference | (byte ^ (other[index] ?? 0)), 0) === 0
}
