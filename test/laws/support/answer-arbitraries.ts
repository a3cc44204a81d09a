import * as fc from 'fast-check'
import { argumentsText, opaque, words } from './arbitraries.js'
import type { VendorAnswer, VendorCall } from './vendor-answers.js'

/** A call before it gets its id. */
const bareCall = fc.record({ name: fc.constantFrom('find', 'read', 'write'), input: argumentsText })

/** An answer of a vendor; ids are made of `turn`, so that they never meet in one conversation. */
function vendorAnswer(turn: number, hasCalls: boolean): fc.Arbitrary<VendorAnswer> {
  return fc.record({
    id: fc.constant(`t${turn}`),
    thought: fc.option(fc.record({ text: words, seal: opaque })),
    text: hasCalls ? fc.oneof(fc.constant(''), words) : words,
    calls: hasCalls
      ? fc.array(bareCall, { minLength: 1, maxLength: 3 }).map((calls) => withIds(calls, turn))
      : fc.constant([]),
    usage: fc
      .tuple(fc.nat(5000), fc.nat(5000), fc.nat(5000), fc.nat(500))
      .map(([fresh, cached, spoken, thinking]) => ({
        input: fresh + cached,
        cached,
        output: spoken + thinking,
        thinking,
      })),
    pieceLength: fc.integer({ min: 1, max: 9 }),
  })
}

function withIds(calls: readonly Omit<VendorCall, 'id'>[], turn: number): readonly VendorCall[] {
  return calls.map((call, at) => Object.assign({ id: `call_${turn}_${at}` }, call))
}

/** Any one answer. */
export const answers: fc.Arbitrary<VendorAnswer> = fc.boolean().chain((hasCalls) => vendorAnswer(1, hasCalls))

/** One step of a tool loop: what the vendor answers, and what the client says to it. */
export interface LoopStep {
  readonly answer: VendorAnswer
  readonly results: readonly string[]
  /** What the user adds after the results; null = nothing. */
  readonly remark: string | null
}

/** A conversation in which tools are called turn after turn. */
export interface Loop {
  readonly opening: string
  readonly steps: readonly LoopStep[]
}

export const toolLoops: fc.Arbitrary<Loop> = fc.record({
  opening: words,
  steps: fc
    .integer({ min: 2, max: 4 })
    .chain((length) => fc.tuple(...Array.from({ length }, (_, turn) => loopStep(turn)))),
})

function loopStep(turn: number): fc.Arbitrary<LoopStep> {
  return fc.boolean().chain((hasCalls) =>
    fc.record({
      answer: vendorAnswer(turn, hasCalls),
      results: fc.array(words, { minLength: 3, maxLength: 3 }),
      // Without calls there is nothing to answer but words.
      remark: hasCalls ? fc.option(words) : words,
    }),
  )
}
