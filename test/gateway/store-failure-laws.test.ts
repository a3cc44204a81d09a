import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CHAT, chatAnswer, chatStream, stream } from '../support/calls.js'
import { refuseConnection, replaceMethods } from '../support/replace-methods.js'
import { BALANCE, createTestGateway } from '../support/test-gateway.js'

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const COST = 20

/** What becomes of one step of a store: `late`: it is done, but its answer is lost. */
type Fate = 'works' | 'fails' | 'late'

const fates = fc.infiniteStream(fc.constantFrom<Fate>('works', 'works', 'fails', 'late'))
const calls = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 })

it('however a ledger fails: what was delivered is charged once, nothing else is, and nothing stays held', async () => {
  await fc.assert(
    fc.asyncProperty(calls, fates, fc.constantFrom('open', 'closed'), async (streamed, fate, ledger) => {
      const tested = createTestGateway({ storeFailure: { ledger } })
      tested.vendor.always(({ json }) =>
        json.stream === true ? stream(...chatStream(USAGE)) : chatAnswer(USAGE),
      )
      const meet = <Result>(step: () => Result): Result => {
        const { value } = fate.next()
        if (value === 'fails') return refuseConnection()
        const result = step()
        return value === 'late' ? refuseConnection() : result
      }
      const mend = replaceMethods(tested.stores.ledger, (real) => ({
        hold: (request) => meet(() => real.hold(request)),
        settle: (holdId, costMicro) => meet(() => real.settle(holdId, costMicro)),
        release: (holdId) => meet(() => real.release(holdId)),
      }))
      let delivered = 0
      for (const isStream of streamed) {
        const { status } = await tested.post(CHAT.path, { ...CHAT.request(), stream: isStream })
        if (status === 200) delivered += 1
      }
      mend()
      await tested.gateway.close()
      expect(tested.wallet()).toEqual({ balanceMicro: BALANCE - delivered * COST, heldMicro: 0 })
    }),
    { numRuns: 60 },
  )
})
