import * as fc from 'fast-check'
import type { BlockStart, Citation, Finish, OpaqueState, StreamPart } from '../../../src/index.js'
import { anyState, argumentsText, name, text, usageCounts, words } from './arbitraries.js'

interface Lane {
  readonly block: BlockStart
  readonly pieces: readonly string[]
  readonly inside: readonly StreamPartOfBlock[]
}
type StreamPartOfBlock =
  | { readonly type: 'note'; readonly citation: Citation }
  | { readonly type: 'seal'; readonly state: OpaqueState }

const pieces = (whole: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> =>
  fc.tuple(whole, fc.integer({ min: 1, max: 9 })).map(([value, size]) => cut(value, size))

function cut(value: string, size: number): readonly string[] {
  const characters = [...value]
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, at) =>
    characters.slice(at * size, (at + 1) * size).join(''),
  )
}

const citation: fc.Arbitrary<Citation> = fc.record({
  kind: fc.constant('url' as const),
  url: fc.webUrl(),
  title: words,
})

const textLane: fc.Arbitrary<Lane> = fc.record({
  block: fc.constant<BlockStart>({ kind: 'text' }),
  pieces: pieces(text),
  inside: fc.array(
    citation.map((value): StreamPartOfBlock => ({ type: 'note', citation: value })),
    { maxLength: 2 },
  ),
})
const refusalLane: fc.Arbitrary<Lane> = fc.record({
  block: fc.constant<BlockStart>({ kind: 'refusal' }),
  pieces: pieces(words),
  inside: fc.constant([]),
})
const sealedLane: fc.Arbitrary<Lane> = fc.record({
  block: fc.constant<BlockStart>({ kind: 'reasoning' }),
  pieces: fc.oneof(pieces(text), fc.constant([])),
  inside: anyState.map((state): StreamPartOfBlock[] => [{ type: 'seal', state }]),
})
/** Plain reasoning is its own state. */
const rawLane: fc.Arbitrary<Lane> = pieces(text).map((thought) => {
  const state: OpaqueState = { family: 'chat:test', kind: 'reasoning-text', data: thought.join('') }
  return {
    block: { kind: 'reasoning', raw: true },
    pieces: thought,
    inside: [{ type: 'seal', state }],
  }
})
const reasoningLane = fc.oneof(sealedLane, rawLane)
const toolLane: fc.Arbitrary<Lane> = fc.record({
  block: name.map((tool): BlockStart => ({ kind: 'tool', tool: 'function', id: '', name: tool })),
  pieces: fc.oneof(
    { weight: 4, arbitrary: pieces(argumentsText) },
    { weight: 1, arbitrary: fc.constant([]) },
  ),
  inside: fc.constant([]),
})
const customLane: fc.Arbitrary<Lane> = fc.record({
  block: name.map((tool): BlockStart => ({ kind: 'tool', tool: 'custom', id: '', name: tool })),
  pieces: pieces(text),
  inside: fc.constant([]),
})

/** What a stream may hold besides text, reasoning, refusals and function calls. */
export interface StreamOptions {
  readonly custom?: boolean
  readonly refusals?: boolean
}

/** Streams that keep the invariants: blocks one after the other, then calls whose pieces may be mixed, then the end. */
export function streams({ custom = true, refusals = true }: StreamOptions = {}): fc.Arbitrary<
  readonly StreamPart[]
> {
  const spoken = fc.array(
    refusals ? fc.oneof(textLane, reasoningLane, refusalLane) : fc.oneof(textLane, reasoningLane),
    {
      maxLength: 4,
    },
  )
  const calls = fc.array(custom ? fc.oneof(toolLane, customLane) : toolLane, { maxLength: 3 })
  return fc
    .record({
      spoken,
      calls,
      order: fc.array(fc.nat(2), { maxLength: 40 }),
      usage: usageCounts,
      cutShort: fc.boolean(),
    })
    .map(({ spoken: first, calls: last, order, usage, cutShort }) => {
      const finish: Finish = { reason: cutShort ? 'length' : last.length > 0 ? 'tool-calls' : 'stop' }
      return [
        { type: 'start', id: 'answer_1', model: 'vendor-model', created: 1 },
        ...first.flatMap((lane, key) => toParts(lane, key)),
        ...mix(
          last.map((lane, at) => [...toParts(lane, first.length + at)]),
          order,
        ),
        { type: 'usage', usage },
        { type: 'finish', finish },
      ]
    })
}

function toParts({ block, pieces: deltas, inside }: Lane, key: number): readonly StreamPart[] {
  const own = block.kind === 'tool' ? { ...block, id: `call_${key}` } : block
  return [
    { type: 'open', key, block: own },
    ...deltas.map((piece): StreamPart => ({ type: 'delta', key, text: piece })),
    ...inside.map((part): StreamPart => ({ ...part, key })),
    { type: 'close', key, status: 'complete' },
  ]
}

/** Calls open in their order; what follows comes as the picks say. */
function mix(lanes: readonly StreamPart[][], order: readonly number[]): readonly StreamPart[] {
  const mixed = lanes.flatMap((lane) => lane.splice(0, 1))
  for (const pick of order) {
    const filled = lanes.filter((lane) => lane.length > 0)
    mixed.push(...(filled[pick % Math.max(1, filled.length)]?.splice(0, 1) ?? []))
  }
  return [...mixed, ...lanes.flat()]
}
