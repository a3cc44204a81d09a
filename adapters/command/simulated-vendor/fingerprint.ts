import { createHash } from 'node:crypto'

/** 24 hexadecimal digits that depend on nothing but the given texts. */
export function fingerprint(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 24)
}

/** An opaque text, as a vendor's signature is: base64, 88 characters. */
export function seal(text: string): string {
  return createHash('sha512').update(`sealed: ${text}`).digest('base64')
}
