/** Tells where a JSON object or list that comes in pieces ends, without parsing it. */
export interface JsonScanner {
  /** Takes the next piece; returns how much of it belongs to the value: less than all when the value ends inside. */
  feed(text: string): number
  /** True once the value has ended. Never for scalars, which have no end of their own. */
  readonly complete: boolean
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Creates a scanner for one value. */
export function createJsonScanner(): JsonScanner {
  let depth = 0
  let inString = false
  let escaped = false
  let complete = false
  /** False once the value has begun with something that is neither an object nor a list. */
  let nested = true
  return {
    feed(text) {
      if (!nested) return text.length
      if (complete) return 0
      for (let at = 0; at < text.length; at++) {
        const unit = text.charCodeAt(at)
        if (inString) {
          if (escaped) escaped = false
          else if (unit === BACKSLASH) escaped = true
          else if (unit === QUOTE) inString = false
        } else if (isOpening(unit)) depth++
        else if (depth === 0) {
          if (isSpace(unit)) continue
          nested = false
          return text.length
        } else if (unit === QUOTE) inString = true
        else if (isClosing(unit) && --depth === 0) {
          complete = true
          return at + 1
        }
      }
      return text.length
    },
    get complete() {
      return complete
    },
  }
}

function isOpening(unit: number): boolean {
  return unit === 0x7b || unit === 0x5b
}

function isClosing(unit: number): boolean {
  return unit === 0x7d || unit === 0x5d
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09
}
