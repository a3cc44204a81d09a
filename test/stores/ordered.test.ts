import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createOrdered } from '../../src/stores/memory/ordered.js'

const id = fc.constantFrom('', 'a', 'aa', 'b', 'B', 'ä', '🧀', '\uffff', '0')
const action = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), id, item: fc.integer() }),
  fc.record({ kind: fc.constant('delete' as const), id }),
  fc.record({
    kind: fc.constant('page' as const),
    afterId: fc.option(id, { nil: undefined }),
    limit: fc.nat(5),
  }),
)

it('gives the pages that a sorted list of all items would give, whatever was done between them', () => {
  fc.assert(
    fc.property(fc.array(action), (actions) => {
      const ordered = createOrdered<readonly [string, number]>()
      const model = new Map<string, number>()
      for (const step of actions) {
        if (step.kind === 'set') {
          ordered.set(step.id, [step.id, step.item])
          model.set(step.id, step.item)
        } else if (step.kind === 'delete') {
          ordered.delete(step.id)
          model.delete(step.id)
        } else {
          const { afterId, limit } = step
          const expected = [...model]
            .filter(([key]) => afterId === undefined || key > afterId)
            .sort(([left], [right]) => (left < right ? -1 : 1))
            .slice(0, limit)
          expect(ordered.page({ afterId, limit })).toEqual(expected)
        }
      }
      for (const [key, item] of model) expect(ordered.get(key)).toEqual([key, item])
      expect(ordered.has('none')).toBe(false)
    }),
  )
})
