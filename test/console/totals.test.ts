import { describe, expect, it } from 'vitest'
import { DAY_MS, usageRecord } from '../contracts/samples.js'
import { createTestConsole } from './support.js'

type Row = Readonly<Record<string, unknown>> & { readonly cost_micro: number }

const sum = (rows: readonly Row[]): number => rows.reduce((total, row) => total + row.cost_micro, 0)

describe('totals of more than anybody reads', () => {
  it('name those that cost most, and sum the others up in one row', async () => {
    const { operator, tested } = await createTestConsole()
    const time = tested.clock.now()
    for (let costMicro = 1; costMicro <= 1003; costMicro += 1) {
      const endUser = `user ${costMicro}`
      tested.stores.usage.append(usageRecord({ requestId: endUser, time, endUser, costMicro }))
    }
    const read = async (query: string): Promise<readonly Row[]> =>
      (await operator.get(`totals?${query}`)).json.data
    const rows = await read('by=end_user')
    expect(rows).toHaveLength(1001)
    expect(rows[0]).toMatchObject({ group: 'user 1003', cost_micro: 1003 })
    expect(rows[1000]).toMatchObject({ group: '', folded: 3, cost_micro: 6, request_count: 3 })
    const few = await read('by=end_user&limit=2')
    expect(few.map(({ group, folded }) => [group, folded])).toEqual([
      ['user 1003', undefined],
      ['user 1002', undefined],
      ['', 1001],
    ])
    expect(sum(few)).toBe(sum(rows))
    expect(await read('by=day&limit=1')).toEqual([expect.not.objectContaining({ folded: 1 })])
    for (const limit of ['0', '1001', 'x'])
      expect((await operator.get(`totals?by=key&limit=${limit}`)).status).toBe(400)
  })

  it('name, of the models of days, those that cost most over all days', async () => {
    const { operator, tested } = await createTestConsole()
    const calls = [
      ['a', 1, 1],
      ['b', 5, 1],
      ['c', 2, 1],
      ['a', 9, 0],
      ['c', 3, 0],
    ] as const
    for (const [index, [model, costMicro, daysAgo]] of calls.entries()) {
      const time = tested.clock.now() - DAY_MS * daysAgo
      tested.stores.usage.append(usageRecord({ requestId: `r${index}`, model, costMicro, time }))
    }
    const read = async (query: string): Promise<unknown> =>
      (await operator.get(`totals?by=day_model${query}`)).json.data.map(
        ({ group, model, folded, cost_micro }: Row) => [group, model, folded, cost_micro],
      )
    expect(await read('&limit=1')).toEqual([
      ['2024-05-14', 'a', undefined, 1],
      ['2024-05-14', '', 2, 7],
      ['2024-05-15', 'a', undefined, 9],
      ['2024-05-15', '', 1, 3],
    ])
    expect(await read('')).toHaveLength(5)
  })
})
