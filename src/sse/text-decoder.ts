/** Decodes UTF-8 piece by piece; a character may be split anywhere. */
export interface StreamTextDecoder {
  decode(bytes: Uint8Array): string
  /** What a stream that ended within a character leaves: U+FFFD, or nothing. */
  end(): string
}

export interface TextDecoderOptions {
  /** True: a byte order mark at the start stays in the text, so that the text is byte for byte what came. Default false. */
  readonly keepByteOrderMark?: boolean | undefined
}

/**
 * A streaming UTF-8 decoder. Broken sequences become U+FFFD, as in any `TextDecoder`.
 * It cuts at a character's edge by itself because Node decodes whole pieces twice as fast as streams.
 */
export function createTextDecoder(options: TextDecoderOptions = {}): StreamTextDecoder {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let atStart = options.keepByteOrderMark !== true
  let pending: Uint8Array | null = null

  const decodeWhole = (bytes: Uint8Array): string => {
    const text = decoder.decode(bytes)
    if (!atStart || text === '') return text
    atStart = false
    return text.startsWith('\uFEFF') ? text.slice(1) : text
  }

  return {
    decode(bytes) {
      const whole: Uint8Array = pending === null ? bytes : concatenate(pending, bytes)
      const cut = whole.length - countUnfinished(whole)
      // A copy: the source may use its buffer again.
      pending = cut === whole.length ? null : whole.slice(cut)
      return decodeWhole(cut === whole.length ? whole : whole.subarray(0, cut))
    },
    end() {
      const rest = pending
      pending = null
      return rest === null ? '' : decodeWhole(rest)
    },
  }
}

/** How many bytes at the end begin a character that is not complete: 0 to 3. */
function countUnfinished(bytes: Uint8Array): number {
  const length = bytes.length
  for (let back = 1; back <= 3 && back <= length; back += 1) {
    const byte = bytes[length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0
  }
  return 0
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}
