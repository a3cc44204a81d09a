import { describe, expect, it } from 'vitest'
import { createLocked } from '../../../src/gateway/state/lock.js'
import { defer } from '../../contracts/http-server.js'

function createTested() {
  const held = new Map<string, string>()
  let tokens = 0
  const locked = createLocked({
    take: (id, token) => {
      const isFree = !held.has(id)
      if (isFree) held.set(id, token)
      return Promise.resolve(isFree)
    },
    holder: (id) => Promise.resolve(held.get(id) ?? null),
    free: (id) => Promise.resolve(held.delete(id)),
    createToken: () => `token_${(tokens += 1)}`,
  })
  return { held, locked }
}

describe('a lock', () => {
  it('is had by one at a time, and free again after a failure', async () => {
    const { held, locked } = createTested()
    let inside = 0
    const step = async () => {
      inside += 1
      await new Promise((resolve) => setTimeout(resolve, 5))
      expect(inside).toBe(1)
      inside -= 1
    }
    await Promise.all([locked('a', step), locked('a', step), locked('a', step)])
    await expect(locked('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(held.size).toBe(0)
  })

  it('that has gone to another is left to them, and nothing more is written under it', async () => {
    const { held, locked } = createTested()
    const [began, gate] = [defer(), defer()]
    const slow = locked('a', async (assertOurs) => {
      began.resolve()
      await gate.promise
      await assertOurs()
    })
    await began.promise
    held.set('a', 'of another')
    gate.resolve()
    await expect(slow).rejects.toMatchObject({ code: 'db_error' })
    expect(held.get('a')).toBe('of another')
  })
})
