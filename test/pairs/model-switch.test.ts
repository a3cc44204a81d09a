import { describe, expect, test } from 'vitest'
import { CLIENTS, type ClientName, createPairGateway, inBothModes } from './pair.js'
import { answeredTurn, DEEPSEEK, type Vendor, VENDORS } from './vendors.js'

const ALL: Readonly<Record<string, Vendor>> = { ...VENDORS, deepseek: DEEPSEEK }
const weather = { name: 'weather', parameters: { type: 'object' as const, properties: {} } }

/** Every client that begins with one model and goes on with one that reasons otherwise. */
const switches = (Object.keys(CLIENTS) as readonly ClientName[]).flatMap((client) =>
  Object.keys(ALL).flatMap((first) =>
    Object.keys(ALL)
      .filter((second) => second !== first)
      .map((second) => ({ client, first, second })),
  ),
)

/** Vendors whose state is opaque; that of Chat is plain text. */
const OPAQUE: ReadonlySet<string> = new Set(['responses', 'messages', 'gemini'])

describe.each(inBothModes(switches))(
  'case 18: $client: $first, then $second (streamed: $streamed)',
  ({ client: clientName, first, second, streamed }) => {
    test('nothing that only the first vendor can read goes to the second', async () => {
      const tested = createPairGateway()
      const client = tested.client(clientName)
      const request = { streamed, tools: [weather], reasoning: true }
      const question = client.say('[[reason:I look.]][[tool:weather {}]]')
      const reply = await client.ask({ ...request, model: `pair/${first}`, history: question })
      const seals = Object.entries(ALL)
        .filter(([name]) => name === first && OPAQUE.has(name))
        .flatMap(([, vendor]) => vendor.stateOf(answeredTurn(vendor, tested.vendor.last())))
      const results = client.results(reply.calls.map(({ id }) => ({ id, output: 'sunny' })))
      const last = await client.ask({
        ...request,
        model: `pair/${second}`,
        history: [...question, ...reply.turn, ...results],
      })
      expect(last.text).toContain('Your tool answered: "sunny"')
      const { text } = tested.vendor.last()
      expect(text).not.toContain('gw1.')
      expect(seals.filter((seal) => text.includes(seal))).toEqual([])
    })
  },
)

describe('case 18: state that was left out', () => {
  test.each(Object.keys(CLIENTS) as readonly ClientName[])('is reported to a client of %s', async (name) => {
    const tested = createPairGateway()
    const client = tested.client(name)
    const other = name === 'messages' ? 'responses' : 'messages'
    const history = client.say('[[reason:I look.]]Hello')
    const request = { streamed: false, reasoning: true }
    const reply = await client.ask({ ...request, model: `pair/${other}`, history })
    await client.ask({
      ...request,
      model: `pair/${name}`,
      history: [...history, ...reply.turn, ...client.say('And?')],
    })
    const [{ warnings } = { warnings: [] }] = tested.warnings
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'dropped', message: 'Reasoning of another vendor is not sent.' }),
    ])
  })
})
