import { expect, it } from 'vitest'
import type { Outbox, OutboxEntry } from '../../src/gateway/settle/outbox.js'

const entry = (id: string, expiresAt: number | null = null): OutboxEntry => ({
  id,
  requestId: 'req_cm_1',
  job: { type: 'settle', holdId: id, costMicro: 7 },
  expiresAt,
})

/** What every outbox does; `open` gives an empty one that has room for at least ten entries. */
export function testOutbox(open: () => Promise<Outbox> | Outbox): void {
  const idsOf = async (outbox: Outbox): Promise<readonly string[]> =>
    (await outbox.pending()).map(({ id }) => id)

  it('gives entries back as they came, oldest first', async () => {
    const outbox = await open()
    for (const id of ['b', 'a', 'c']) expect(await outbox.put(entry(id))).toBe(true)
    expect(await outbox.pending()).toEqual([entry('b'), entry('a'), entry('c')])
  })

  it('keeps one entry for an id', async () => {
    const outbox = await open()
    await outbox.put(entry('a'))
    expect(await outbox.put({ ...entry('a'), requestId: 'req_cm_2' })).toBe(true)
    expect(await outbox.pending()).toEqual([entry('a')])
  })

  it('forgets what is done, and minds nothing that it does not know', async () => {
    const outbox = await open()
    for (const id of ['a', 'b']) await outbox.put(entry(id))
    await outbox.done('a')
    await outbox.done('a')
    await outbox.done('never')
    expect(await idsOf(outbox)).toEqual(['b'])
  })

  it('keeps when an entry expires', async () => {
    const outbox = await open()
    await outbox.put(entry('a', 1000))
    expect(await outbox.pending()).toEqual([entry('a', 1000)])
  })
}
