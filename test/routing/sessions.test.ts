import { describe, expect, it } from 'vitest'
import { createAffinity } from '../../src/routing/affinity.js'
import { createKeyRing } from '../../src/routing/key-ring.js'
import { createRecentValues } from '../../src/routing/recent-values.js'
import { sessionOf, type SessionSources } from '../../src/routing/session.js'

const session = (sources: Partial<SessionSources>): string | null =>
  sessionOf({ body: {}, headers: {}, session: undefined, ...sources })

describe('the name of a conversation', () => {
  it('is the first that the client gives, in their order', () => {
    const body = { prompt_cache_key: 'cache' }
    const headers = {
      'x-session-id': 'four',
      session_id: 'three',
      'session-id': 'two',
      'x-claude-code-session-id': 'one',
    }
    expect(session({ body, headers, session: 'metadata' })).toBe('cache')
    expect(session({ headers, session: 'metadata' })).toBe('one')
    expect(session({ headers: { 'x-session-id': 'four', session_id: 'three' }, session: 'metadata' })).toBe(
      'three',
    )
    expect(session({ headers: { 'x-session-id': ['four', 'x'] }, session: 'metadata' })).toBe('four')
    expect(session({ session: 'metadata' })).toBe('metadata')
  })

  it('is the conversation that is kept for the client, where it names one', () => {
    for (const conversation of ['conv_1', { id: 'conv_1' }]) {
      expect(session({ body: { conversation, input: 'more' } })).toBe('conv_1')
    }
  })

  it('is else its beginning, which stays the same as it grows and cache markers move', () => {
    const first = { role: 'user', content: 'hi' }
    const marked = {
      role: 'user',
      content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }],
    }
    const answer = { role: 'assistant', content: 'hello' }
    const start = session({ body: { system: 's', messages: [first] } })
    expect(start).not.toBeNull()
    expect(session({ body: { system: 's', messages: [marked, answer, first] } })).toBe(start)
    expect(session({ body: { system: 'other', messages: [first] } })).not.toBe(start)
    expect(session({ body: { system: 's', messages: [{ role: 'user', content: 'ho' }] } })).not.toBe(start)
  })

  it('is read of every protocol', () => {
    const bodies = [
      {
        messages: [
          { role: 'developer', content: 's' },
          { role: 'user', content: 'hi' },
        ],
      },
      { instructions: 's', input: 'hi' },
      { instructions: 's', input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }] },
      { system: [{ type: 'text', text: 's' }], messages: [{ role: 'user', content: 'hi' }] },
    ]
    expect(new Set(bodies.map((body) => session({ body }))).size).toBe(1)
  })

  it('is none where there is nothing to tell it by', () => {
    for (const body of [{}, { messages: [1, null] }, { input: [{ role: 'user' }] }]) {
      expect(session({ body })).toBeNull()
    }
  })
})

describe('the homes of conversations', () => {
  it('are remembered for an hour after their last call', () => {
    const affinity = createAffinity(10)
    affinity.keep('s', 'a', 0)
    expect([affinity.home('s', 3_600_000), affinity.home('s', 3_600_001)]).toEqual(['a', null])
    expect(affinity.home('other', 0)).toBeNull()
  })

  it('are bounded, and the quiet ones go first', () => {
    const recent = createRecentValues<number>(10)
    recent.set('busy', 0)
    for (let index = 0; index < 100; index += 1) {
      recent.set(`quiet ${index}`, index)
      expect(recent.get('busy')).toBe(0)
      expect(recent.values().length).toBeLessThanOrEqual(10)
    }
    expect(recent.get('quiet 0')).toBeUndefined()
  })
})

describe('the keys of an upstream', () => {
  it('take turns where no conversation holds on to one', () => {
    const ring = createKeyRing(3)
    expect([1, 2, 3, 4].map(() => ring.choose(null, 0))).toEqual([0, 1, 2, 0])
  })

  it('stay with their conversation, and come back to it after a rest', () => {
    const ring = createKeyRing(4)
    const home = ring.choose('session', 0)
    if (home === null) throw new Error('no key')
    expect(ring.choose('session', 0)).toBe(home)
    ring.rest(home, 100)
    expect(ring.choose('session', 99)).not.toBe(home)
    expect(ring.choose('session', 100)).toBe(home)
  })

  it('are none when all rest', () => {
    const ring = createKeyRing(2)
    ring.rest(0, 100)
    expect(ring.restsUntil(0)).toBe(0)
    ring.rest(1, 50)
    expect([ring.choose(null, 0), ring.restsUntil(0), ring.choose(null, 50)]).toEqual([null, 50, 1])
  })
})
