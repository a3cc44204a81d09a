/**
 * The platform's clock and randomness: the only place in `src` that reaches for them, and only where the
 * configuration gives none.
 */
export function systemNow(): number {
  return Date.now()
}

/** Cryptographically random bytes. */
export function systemRandomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** Makes numbers from 0 (included) to 1 (not included), in steps of 2^-32. */
export function createRandom(randomBytes: (length: number) => Uint8Array): () => number {
  return () => randomBytes(4).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 32
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'
/** Largest multiple of the alphabet in a byte: values from here on would favour the first letters. */
const FAIR = 252
const ID_LENGTH = 24
const POOL_BYTES = 2048

/** Makes ids of 24 random letters and digits (124 bits). Randomness is drawn in blocks: one call a request is dear. */
export function createIdSource(randomBytes: (length: number) => Uint8Array): (prefix: string) => string {
  let pool = new Uint8Array(0)
  let at = 0
  const draw = (): number => {
    if (at === pool.length) {
      pool = new Uint8Array(randomBytes(POOL_BYTES))
      at = 0
    }
    return pool[at++] ?? 0
  }
  // From codes at once: a text glued together letter by letter is dear to hash, and ids are keys of maps.
  const codes = Array.from({ length: ID_LENGTH }, () => 0)
  return (prefix) => {
    for (let length = 0; length < ID_LENGTH;) {
      const value = draw()
      if (value >= FAIR) continue
      codes[length++] = ALPHABET.charCodeAt(value % ALPHABET.length)
    }
    return prefix + String.fromCharCode(...codes)
  }
}
