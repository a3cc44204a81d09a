import { describe, expect, test } from 'vitest'
import type { Client, Reply, ToolSpec } from './client.js'
import { createPairGateway, inBothModes, type PairGateway, PAIRS, REASONING_PAIRS } from './pair.js'
import { answeredTurn, historyOf, type Vendor } from './vendors.js'

const WEATHER: ToolSpec = {
  name: 'weather',
  description: 'Tells the weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const TIME: ToolSpec = {
  name: 'time',
  description: 'Tells the time',
  parameters: { type: 'object', properties: {} },
}
const tools = [WEATHER, TIME]

const callWeather = (city: string): string => `[[tool:weather {"city":"${city}"}]]`

/** Answers every call of a reply by its name and input. */
function answerCalls(client: Client, { calls }: Reply): readonly unknown[] {
  return client.results(
    calls.map(({ id, name, input }) => ({ id, output: `${name} ${JSON.stringify(input)}` })),
  )
}

describe.each(inBothModes(PAIRS))(
  '$client → $vendorName (streamed: $streamed)',
  ({ client: clientName, vendorName, streamed }) => {
    test('case 4, case 5, case 19, case 21: parallel calls, of one name and without arguments, and their results', async () => {
      const client = createPairGateway().client(clientName)
      const request = { model: `pair/${vendorName}`, streamed, tools }
      const history = client.say(`${callWeather('Bern')}[[tool:time {}]]${callWeather('Basel')}`)
      const reply = await client.ask({ ...request, history })
      expect(reply).toMatchObject({ finish: 'calls', text: '' })
      expect(reply.calls).toEqual([
        { id: expect.any(String), name: 'weather', input: { city: 'Bern' } },
        { id: expect.any(String), name: 'time', input: {} },
        { id: expect.any(String), name: 'weather', input: { city: 'Basel' } },
      ])
      expect(new Set(reply.calls.map(({ id }) => id)).size).toBe(3)
      const last = await client.ask({
        ...request,
        history: [...history, ...reply.turn, ...answerCalls(client, reply)],
      })
      expect(last.finish).toBe('end')
      expect(last.text).toContain('"weather {"city":"Bern"}" and "time {}" and "weather {"city":"Basel"}"')
    })

    test('case 1, case 3: text before a call', async () => {
      const client = createPairGateway().client(clientName)
      const history = client.say(`[[say:Let me look.]]${callWeather('Bern')}`)
      const reply = await client.ask({ model: `pair/${vendorName}`, streamed, tools, history })
      expect(reply).toMatchObject({ finish: 'calls', text: 'Let me look.', calls: [{ name: 'weather' }] })
    })

    test('a call that the limit cut ends the answer, but not the client', async () => {
      const client = createPairGateway().client(clientName)
      const history = client.say(
        '[[say:Look.]][[tool:weather {"city": "a b c d e f g h i j k l m n o p q r s"}]]',
      )
      const reply = await client.ask({ model: `pair/${vendorName}`, streamed, tools, history, maxTokens: 16 })
      expect(reply.finish).toBe('length')
    })
  },
)

interface Loop {
  readonly tested: PairGateway
  readonly replies: readonly Reply[]
}

/** Two questions, each of which leads to calls, with reasoning: four requests, each with all that came before. */
async function runLoop(
  { client: clientName, vendorName, streamed }: (typeof modes)[number],
  forget = (turn: readonly unknown[]): readonly unknown[] => turn,
): Promise<Loop> {
  const tested = createPairGateway()
  const client = tested.client(clientName)
  const replies: Reply[] = []
  const history: unknown[] = []
  for (const question of [
    `[[reason:First I look.]]${callWeather('Bern')}${callWeather('Basel')}`,
    `[[reason:Then the time.]][[tool:time {}]]`,
  ]) {
    history.push(...client.say(question))
    for (;;) {
      const reply = await client.ask({
        model: `pair/${vendorName}`,
        streamed,
        tools,
        history,
        reasoning: true,
        system: 'Be brief.',
      })
      replies.push(reply)
      history.push(...forget(reply.turn))
      if (reply.calls.length === 0) break
      history.push(...answerCalls(client, reply))
    }
  }
  return { tested, replies }
}

const modes = inBothModes(REASONING_PAIRS)

/** What Gemini takes for a signature that was lost. */
const STAND_IN = 'skip_thought_signature_validator'

/** What clients do that know nothing of reasoning: they keep texts and calls. */
function forgetReasoning(turn: readonly unknown[]): readonly unknown[] {
  const text = JSON.stringify(turn, (key, value: unknown) => {
    if (['reasoning_content', 'reasoning_details', 'extra_content'].includes(key)) return undefined
    return Array.isArray(value) ? value.filter((item) => !isReasoning(item)) : value
  })
  return (JSON.parse(text) as unknown[]).filter((item) => !isReasoning(item))
}

function isReasoning(value: unknown): boolean {
  const type = (value as { type?: unknown } | null)?.type
  return type === 'reasoning' || type === 'thinking'
}

/** A request apart from its conversation, as text. */
function restOf({ history }: Vendor, json: Record<string, unknown>): string {
  return JSON.stringify({ ...json, [history]: [] })
}

describe.each(modes)('a tool loop with reasoning: $client → $vendorName (streamed: $streamed)', (pair) => {
  const { vendor } = pair

  test('comes to its end', async () => {
    const { tested, replies } = await runLoop(pair)
    expect(replies.map(({ finish }) => finish)).toEqual(['calls', 'end', 'calls', 'end'])
    expect(replies.map(({ reasoning }) => reasoning)).toEqual([
      'First I look.',
      'First I look.',
      'Then the time.',
      'Then the time.',
    ])
    expect(replies[1]?.text).toContain('"weather {"city":"Bern"}" and "weather {"city":"Basel"}"')
    expect(replies[3]?.text).toContain('"time {}"')
    expect(tested.warnings).toEqual([])
  })

  test('comes to its end too when the client forgets the reasoning', async () => {
    const { tested, replies } = await runLoop(pair, forgetReasoning)
    expect(replies.map(({ finish }) => finish)).toEqual(['calls', 'end', 'calls', 'end'])
    expect(tested.records.map(({ status }) => status)).toEqual(replies.map(() => 'completed'))
    const states = vendor.stateOf(historyOf(vendor, tested.vendor.last()))
    expect(states.filter((state) => state !== STAND_IN)).toEqual([])
  })

  test('each request begins with the one before, byte for byte', async () => {
    const { calls } = (await runLoop(pair)).tested.vendor
    expect(calls).toHaveLength(4)
    calls.slice(1).forEach((call, at) => {
      const before = JSON.stringify(historyOf(vendor, calls[at] ?? call))
      expect(JSON.stringify(historyOf(vendor, call)).startsWith(before.slice(0, -1))).toBe(true)
      expect(restOf(vendor, call.json)).toBe(restOf(vendor, calls[at]?.json))
    })
  })

  test('case 13, case 14, case 15, case 16: the vendor gets its reasoning state back, byte for byte', async () => {
    const { calls } = (await runLoop(pair)).tested.vendor
    const last = calls.at(-1)
    if (last === undefined) throw new Error('the vendor was not called')
    const given = calls.slice(0, -1).flatMap((call) => vendor.stateOf(answeredTurn(vendor, call)))
    expect(given.length).toBeGreaterThanOrEqual(2)
    expect(vendor.stateOf(historyOf(vendor, last))).toEqual(given)
  })
})
