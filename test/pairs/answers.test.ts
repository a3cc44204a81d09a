import { describe, expect, test } from 'vitest'
import { PIXEL, type Reply } from './client.js'
import { createPairGateway, inBothModes, PAIRS, REASONING_PAIRS } from './pair.js'

const modes = inBothModes(PAIRS)
describe.each(modes)(
  '$client → $vendorName (streamed: $streamed)',
  ({ client: clientName, vendorName, streamed }) => {
    const model = `pair/${vendorName}`
    const setUp = () => {
      const tested = createPairGateway()
      const client = tested.client(clientName)
      const ask = (text: string, more: object = {}): Promise<Reply> =>
        client.ask({ model, streamed, history: client.say(text), ...more })
      return { tested, client, ask }
    }

    test('text', async () => {
      const { ask, tested } = setUp()
      const reply = await ask('Hello!', { system: 'Be brief.' })
      expect(reply).toMatchObject({ finish: 'end', calls: [], reasoning: '', refusal: '', model })
      expect(reply.text).toContain('You said: "Hello!"')
      expect(tested.vendor.last().text).toContain('Be brief.')
      expect(tested.records).toMatchObject([{ status: 'completed', streamed }])
    })

    test('an image', async () => {
      const { ask, tested, client } = setUp()
      const reply = await ask('', { history: client.say('What is it?', PIXEL) })
      expect(reply.text).toContain('What is it?')
      expect(tested.vendor.last().text).toContain(PIXEL)
      expect(tested.warnings).toEqual([])
    })

    test('structured output', async () => {
      const { ask, tested } = setUp()
      const schema = {
        type: 'object',
        properties: { city: { type: 'string' }, degrees: { type: 'integer' } },
        required: ['city', 'degrees'],
        additionalProperties: false,
      }
      const reply = await ask('The weather?', { schema })
      expect(JSON.parse(reply.text)).toEqual({ city: expect.any(String), degrees: expect.any(Number) })
      expect(tested.warnings).toEqual([])
    })

    test('an answer that the limit cut', async () => {
      const { ask } = setUp()
      const reply = await ask('[[tokens:100]]', { maxTokens: 20 })
      expect(reply.finish).toBe('length')
      expect(reply.usage.output).toBe(20)
      expect(reply.text.split(' ')).toHaveLength(20)
    })

    test('a refusal', async () => {
      const { ask } = setUp()
      const reply = await ask('[[finish:refusal]]Something bad')
      expect(reply.finish).toBe('refused')
      expect(reply.text + reply.refusal).toContain('refuses')
    })

    test('an answer that a filter ended', async () => {
      const { ask } = setUp()
      expect((await ask('[[finish:content_filter]]Something bad')).finish).toBe('refused')
    })

    test('an answer without text', async () => {
      const { ask } = setUp()
      expect(await ask('[[say:]]')).toMatchObject({ finish: 'end', text: '', calls: [] })
    })
  },
)

describe.each(modes.filter(({ client }) => client !== 'responses'))(
  '$client → $vendorName (streamed: $streamed)',
  ({ client: clientName, vendorName, streamed }) => {
    test('a stop sequence', async () => {
      const client = createPairGateway().client(clientName)
      const history = client.say('[[say:one two STOP three]]')
      const reply = await client.ask({ model: `pair/${vendorName}`, streamed, history, stop: ['STOP'] })
      expect(reply).toMatchObject({ finish: 'end', text: 'one two ' })
    })
  },
)

describe.each(inBothModes(REASONING_PAIRS))(
  '$client → $vendorName (streamed: $streamed)',
  ({ client: clientName, vendorName, streamed }) => {
    test('case 10, case 33: reasoning is shown as such, apart from the text', async () => {
      const client = createPairGateway().client(clientName)
      const history = client.say('[[reason:Because I must.]]Why?')
      const reply = await client.ask({ model: `pair/${vendorName}`, streamed, history, reasoning: true })
      expect(reply).toMatchObject({ finish: 'end', reasoning: 'Because I must.' })
      expect(reply.text).toContain('You said: "Why?"')
      expect(reply.text).not.toContain('Because')
      expect(reply.usage.reasoning).toBe(3)
    })
  },
)
