import * as fc from 'fast-check'
import type { OpaqueState, Usage } from '../../../src/index.js'

/** Any text with something in it, surrogate pairs and control characters included. */
export const text = fc.oneof(
  { weight: 3, arbitrary: fc.lorem({ maxCount: 4 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('👋🏽', ' ', '\n\n', 'data: x\n\n', '\\u0000"', '</think>', '\u2028'),
  },
)
/** Text that a model can read: not only white space, which some vendors refuse. */
export const words = text.filter((value) => value.trim() !== '')
export const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,10}$/)
/** Sealed state, as far as anybody but its vendor can see. */
export const opaque = fc.base64String({ minLength: 4, maxLength: 24 })

/** Numbers that survive JSON: no -0. */
const jsonNumber = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
)
const jsonLeaf = fc.oneof(fc.boolean(), jsonNumber, fc.string({ maxLength: 8 }), fc.constant(null))
/** Text of a JSON object with at least one member, as a model writes arguments. */
export const argumentsText = fc
  .dictionary(
    fc.stringMatching(/^[a-z][a-zA-Z_]{0,6}$/),
    fc.oneof(jsonLeaf, fc.array(jsonLeaf, { maxLength: 3 }), fc.dictionary(name, jsonLeaf, { maxKeys: 2 })),
    { minKeys: 1, maxKeys: 3 },
  )
  .map((value) => JSON.stringify(value))

/** Counts that agree with each other. */
export const usageCounts = fc
  .record({
    fresh: fc.nat(5000),
    cacheReadTokens: fc.nat(5000),
    spoken: fc.nat(5000),
    reasoningTokens: fc.nat(500),
  })
  .map(({ fresh, cacheReadTokens, spoken, reasoningTokens }): Usage => ({
    inputTokens: fresh + cacheReadTokens,
    cacheReadTokens,
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    outputTokens: spoken + reasoningTokens,
    reasoningTokens,
  }))

/** Sealed state of some vendor. */
export const anyState: fc.Arbitrary<OpaqueState> = fc
  .tuple(
    fc.constantFrom(
      { family: 'anthropic', kind: 'signature' } as const,
      { family: 'openai', kind: 'encrypted' } as const,
      { family: 'google-ai', kind: 'thought-signature' } as const,
    ),
    opaque,
  )
  .map(([state, data]) => ({ ...state, data }))
