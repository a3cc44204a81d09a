import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHAT, chatAnswer, chatStream, chunk, stream, whole } from '../support/calls.js'
import { openAnswer, readAnswer } from '../support/read-answer.js'
import type { Reply } from '../support/scripted-vendor.js'
import { createTestGateway, type TestGateway } from '../support/test-gateway.js'

type Outcome = 'answer' | 'stream' | 'refusal' | 'cut' | 'fault' | 'leave'

interface Plan {
  readonly outcome: Outcome
  readonly maxTokens: number
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number }
}

const plan: fc.Arbitrary<Plan> = fc.record({
  outcome: fc.constantFrom<Outcome>('answer', 'stream', 'refusal', 'cut', 'fault', 'leave'),
  maxTokens: fc.nat(300),
  usage: fc.record({ prompt_tokens: fc.nat(400), completion_tokens: fc.nat(400) }),
})

const REPLIES: Readonly<Record<Outcome, (plan: Plan) => Reply>> = {
  answer: ({ usage }) => chatAnswer(usage),
  stream: ({ usage }) => stream(...chatStream(usage)),
  refusal: () => whole({ error: { message: 'no' } }, 503),
  cut: () => stream(chunk({ content: 'a' })),
  fault: () => ({ steps: [], fault: 'reset' }),
  leave: () => stream(chunk({ content: 'some words of output' }), new Promise<never>(() => undefined)),
}
const STREAMED: ReadonlySet<Outcome> = new Set<Outcome>(['stream', 'cut', 'leave'])

/** Makes the call of a plan; its text is the plan itself, so that the vendor knows it. */
async function run({ handle }: TestGateway, { outcome, maxTokens, usage }: Plan): Promise<void> {
  const text = JSON.stringify({ outcome, usage })
  const body = { ...CHAT.request(text), max_tokens: maxTokens, stream: STREAMED.has(outcome) }
  const answer = await handle(CHAT.path, { body })
  if (outcome !== 'leave' || typeof answer.body === 'string') return void (await readAnswer(answer))
  const opened = openAnswer(answer)
  await opened.next()
  await opened.leave()
}

test('whatever happens to calls at once: nothing is held afterwards, the balance lacks what was charged, and is never negative', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { minLength: 1, maxLength: 20 }),
      fc.nat(4000),
      async (plans, balanceMicro) => {
        const tested = createTestGateway({ account: { balanceMicro } })
        const { vendor, records, wallet } = tested
        vendor.always(({ json }) => {
          const told = JSON.parse(json.messages[0].content) as Plan
          return REPLIES[told.outcome](told)
        })
        await Promise.all(plans.map((made) => run(tested, made)))
        const charged = records.map(({ costMicro, shortfallMicro }) => costMicro - shortfallMicro)
        const left = charged.reduce((balance, charge) => balance - charge, balanceMicro)
        expect(wallet()).toEqual({ balanceMicro: left, heldMicro: 0 })
        expect(left).toBeGreaterThanOrEqual(0)
        expect(records).toHaveLength(plans.length)
        expect(records.filter(({ status, costMicro }) => status === 'failed' && costMicro > 0)).toEqual([])
      },
    ),
  )
})
