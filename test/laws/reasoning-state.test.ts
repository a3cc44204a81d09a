import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseSse,
  translateRequest,
  translateResponse,
} from '../../src/index.js'
import { event } from '../support/calls.js'
import { type Loop, toolLoops } from './support/answer-arbitraries.js'
import { words } from './support/arbitraries.js'
import { playLoop } from './support/play-loop.js'
import { context, FACTS, type Pair, PAIRS, routeOf, VENDOR_LIST, VENDORS } from './support/protocols.js'
import { type Scenario, SCENARIOS, type Wire } from './support/scenarios.js'
import { READ_WITH_SDK } from './support/sdk-readers.js'
import { historyOf, simulatedClient } from './support/simulated-clients.js'
import { translateEvents } from './support/streams.js'

const ENVELOPE = /^gw1\./

/** The same conversation with seals that stand for nothing else. */
const sealedLoops: fc.Arbitrary<Loop> = toolLoops.map(({ opening, steps }) => ({
  opening,
  steps: steps.map((step, turn) => {
    const { thought } = step.answer
    const seal = `c2VhbGVkIHN0YXRlIG9mIHR1cm4-${turn}`
    return { ...step, answer: { ...step.answer, thought: thought === null ? null : { ...thought, seal } } }
  }),
}))

const sealsOf = ({ steps }: Loop): readonly string[] =>
  steps.flatMap(({ answer }) => (answer.thought === null ? [] : [answer.thought.seal]))

/** The last request of the conversation, as the client sends it. */
async function lastRequest(pair: Pair, loop: Loop): Promise<JsonObject> {
  const turns = await playLoop(pair, loop, false)
  return turns.at(-1)?.request ?? {}
}

function mapStrings(value: JsonValue, map: (text: string) => string): JsonValue {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map((item: JsonValue) => mapStrings(item, map))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item ?? null, map)]))
}

/** Changes one character of an envelope after its key id. */
function flip(envelope: string, at: number): string {
  const start = envelope.indexOf('.', 'gw1.'.length) + 1
  const place = start + (at % (envelope.length - start))
  const character = envelope[place]
  if (character === '.') return `${envelope.slice(0, place)}${envelope.slice(place + 1)}`
  return envelope.slice(0, place) + (character === 'A' ? 'B' : 'A') + envelope.slice(place + 1)
}

const FOREIGN_PAIRS = PAIRS.filter(({ client, protocol }) => client.id !== protocol.id)

describe.each(FOREIGN_PAIRS)('reasoning that a client carries: $name', (pair) => {
  it('is dropped with a warning when a byte of it was changed, and the request stays valid', async () => {
    await fc.assert(
      fc.asyncProperty(sealedLoops, fc.nat(), async (loop, at) => {
        const request = await lastRequest(pair, loop)
        let flipped = 0
        const altered = mapStrings(request, (text) => {
          if (!ENVELOPE.test(text)) return text
          flipped += 1
          return flip(text, at)
        }) as JsonObject
        const { value, warnings } = translateRequest(altered, routeOf(pair))
        const sent = JSON.stringify(value)
        expect(sent).not.toContain('gw1.')
        expect(historyOf(pair.protocol, value).length).toBeGreaterThan(0)
        expect(() => pair.protocol.decodeRequest(value, context)).not.toThrow()
        if (flipped > 0) expect(warnings.some(({ code }) => code === 'dropped')).toBe(true)
        // Some carriers hold the vendor's own bytes beside the envelope: what was altered is not among them.
        const carriedPlainly = new Set(sealsOf(loop).filter((seal) => JSON.stringify(altered).includes(seal)))
        for (const seal of sealsOf(loop)) expect(sent.includes(seal)).toBe(carriedPlainly.has(seal))
      }),
      { numRuns: 25 },
    )
  })
})

describe.each(PAIRS)(
  'reasoning that a client carries to another vendor than the one it came from: $name',
  (pair) => {
    const others = VENDOR_LIST.filter(({ protocol }) => protocol.id !== pair.protocol.id)

    it.each(others)('case 18: not a byte of it is sent: $protocol.id', async ({ protocol, target }) => {
      await fc.assert(
        fc.asyncProperty(sealedLoops, async (loop) => {
          const request = await lastRequest(pair, loop)
          const { value } = translateRequest(request, routeOf({ client: pair.client, protocol, target }))
          const sent = JSON.stringify(value)
          expect(sent).not.toContain('gw1.')
          for (const seal of sealsOf(loop)) expect(sent).not.toContain(seal)
        }),
        { numRuns: 10 },
      )
    })
  },
)

/** What Claude may write, in any order: thoughts between calls and words. */
const blocks: fc.Arbitrary<readonly JsonObject[]> = fc
  .array(fc.tuple(fc.constantFrom('thinking', 'text', 'tool_use'), words), { minLength: 1, maxLength: 7 })
  .map((drafts) => {
    // Two texts that follow each other are one.
    const kept = drafts.filter(([type], at) => type !== 'text' || drafts[at - 1]?.[0] !== 'text')
    return kept.map(([type, said], at): JsonObject => {
      if (type === 'text') return { type, text: said }
      if (type === 'thinking') return { type, thinking: said, signature: `c2lnbmF0dXJl-${at}` }
      return { type, id: `toolu_${at}`, name: 'find', input: { q: said } }
    })
  })
  // Chat has no order among words and calls; where thoughts are, it is carried along with them.
  .filter((content) => content.some(({ type }) => type === 'thinking'))

const CLAUDE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'vendor-model' }
const CLAUDE_USAGE = { input_tokens: 5, output_tokens: 5 }

function claudeStream(content: readonly JsonObject[]): string {
  const deltas: Readonly<Record<string, (block: JsonObject) => readonly JsonObject[]>> = {
    text: ({ text }) => [{ type: 'text_delta', text }],
    thinking: ({ thinking, signature }) => [
      { type: 'thinking_delta', thinking },
      { type: 'signature_delta', signature },
    ],
    tool_use: ({ input }) => [{ type: 'input_json_delta', partial_json: JSON.stringify(input) }],
  }
  const empty = { text: '', thinking: '', signature: '', input: {} }
  return [
    { type: 'message_start', message: { ...CLAUDE, content: [], usage: CLAUDE_USAGE } },
    ...content.flatMap((block, index) => [
      {
        type: 'content_block_start',
        index,
        content_block: mapFields(block, (field, value) => (field in empty ? empty[field as 'text'] : value)),
      },
      ...(deltas[String(block['type'])]?.(block) ?? []).map((delta) => ({
        type: 'content_block_delta',
        index,
        delta,
      })),
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: CLAUDE_USAGE },
    { type: 'message_stop' },
  ]
    .map(event)
    .join('')
}

function mapFields(
  value: JsonObject,
  map: (field: string, value: JsonValue | undefined) => JsonValue | undefined,
): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, map(field, item)]))
}

describe.each(PAIRS.filter(({ protocol }) => protocol.id === 'anthropic-messages'))(
  'case 11: thoughts between calls and words come back in their order: $name',
  (pair) => {
    it.each([false, true])('(streamed: %s)', async (streamed) => {
      await fc.assert(
        fc.asyncProperty(blocks, async (content) => {
          const client = simulatedClient(pair.client)
          const opening = client.open('Go.')
          const { reply } = translateRequest(client.request(opening), routeOf(pair))
          const body = { ...CLAUDE, content, stop_reason: 'end_turn', usage: CLAUDE_USAGE }
          const answer = streamed
            ? (await READ_WITH_SDK[pair.client.id]?.(translateEvents(reply, parseSse(claudeStream(content)))))
                ?.message
            : translateResponse(body, reply, FACTS).value
          const calls = content
            .filter(({ type }) => type === 'tool_use')
            .map(({ id }) => ({ id: String(id), name: 'find', input: '' }))
          const history = [
            ...opening,
            ...client.echo(answer ?? {}),
            ...client.reply(calls, { results: calls.map(() => 'found'), remark: 'Go on.' }),
          ]
          const { value } = translateRequest(client.request(history), routeOf(pair))
          const back = historyOf(pair.protocol, value).find(({ role }) => role === 'assistant')
          expect(back?.['content']).toEqual(content)
        }),
        { numRuns: streamed ? 30 : 60 },
      )
    })
  },
)

describe('the scenarios', () => {
  const carried = SCENARIOS.flatMap((scenario) => {
    const native = scenario.wires.find(({ stream }) => stream !== undefined)
    if (native === undefined || !scenario.name.startsWith('reasoning-')) return []
    const clients = scenario.wires.filter((wire) => wire !== native && wire.protocol !== 'gemini')
    return clients.map((client) => ({
      name: `${scenario.name} through ${client.protocol}`,
      scenario,
      native,
      client,
    }))
  })

  it.each(carried)(
    'reach their vendor with the very state that it sealed: $name',
    ({ scenario, native, client }) => {
      expect(historyThrough(client, native, scenario)).toEqual(historyThrough(native, native, scenario))
    },
  )
})

/** What the vendor of `native` gets of a client's wire. */
function historyThrough(wire: Wire, native: Wire, { name }: Scenario): unknown {
  const { protocol, target } = VENDORS[native.protocol]
  const client = VENDORS[wire.protocol].protocol
  const { value } = translateRequest(wire.request, { from: client, to: protocol, target, context })
  expect(name).toMatch(/^reasoning-/)
  return historyOf(protocol, value)
}
