import { describe, expect, it } from 'vitest'
import { furnish } from './samples.js'
import { createTestConsole, OPERATOR, VIEWER } from './support.js'

const DAY_MS = 86_400_000
const HEAD = 'type,time,item,note,requests,input_tokens,output_tokens,amount_usd,amount_micro'

describe('the invoice of a month', () => {
  it('has what each model cost and what was paid, and nothing of other months', async () => {
    const world = await createTestConsole()
    await furnish(world, 'other')
    const olga = world.as(OPERATOR)
    await olga.post('accounts/other/refunds', { amount_micro: 250, external_id: '=r', note: 'half, back' })
    world.tested.clock.advance(31 * DAY_MS)
    await olga.post('accounts/other/credits', { amount_micro: 5_000_000, external_id: 'june' })
    const linesOf = async (month: string): Promise<readonly string[]> => {
      const { status, text, headers } = await olga.get(`accounts/other/invoice.csv?month=${month}`)
      expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8'])
      return text.trimEnd().split('\r\n')
    }
    const may = [
      HEAD,
      'usage,,test/chat,,1,10,5,-0.00002,-20',
      `refund,2024-05-15T12:00:00.000Z,'=r,"half, back",,,,-0.00025,-250`,
      'top_up,2024-05-15T12:00:00.000Z,furnish:other,,,,,1,1000000',
    ]
    expect(await linesOf('2024-05')).toEqual(may)
    expect(await linesOf('2024-06')).toEqual([HEAD, 'top_up,2024-06-15T12:00:00.000Z,june,,,,,5,5000000'])
    expect(await linesOf('2024-04')).toEqual([HEAD])
    // What the totals and the books keep does not go with the records.
    await world.tested.gateway.admin.usage.prune(world.tested.clock.now())
    expect(await linesOf('2024-05')).toEqual(may)
  })

  it.each(['', '?month=2024', '?month=2024-13', '?month=1969-12', '?month=2024-05-01'])(
    'is of a month, not of %j',
    async (query) => {
      const { as } = await createTestConsole()
      const { status, json } = await as(VIEWER).get(`accounts/acme/invoice.csv${query}`)
      expect([status, json.error.param]).toEqual([400, 'month'])
    },
  )
})
