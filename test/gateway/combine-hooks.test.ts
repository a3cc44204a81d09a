import { describe, expect, it } from 'vitest'
import { combineHooks, type ErrorEvent, type Hooks } from '../../src/index.js'
import { eventually } from '../contracts/http-server.js'
import { CHAT } from '../support/calls.js'
import { createTestGateway } from '../support/test-gateway.js'

/** Hooks that note their names. */
function noting(seen: string[], name: string): Hooks {
  const note = (hook: string) => (): void => void seen.push(`${name}.${hook}`)
  return {
    onStart: note('start'),
    onRequest: note('request'),
    onRoute: note('route'),
    onAttempt: note('attempt'),
    onAttemptFailure: note('failure'),
    onUsage: note('usage'),
    onWarning: note('warning'),
    onError: note('error'),
    onStoreFailure: note('store'),
    onEnd: note('end'),
  }
}

const failing = (): never => {
  throw new Error('hook failed')
}

describe('combineHooks', () => {
  it('calls all of them, in their order', async () => {
    const seen: string[] = []
    const tested = createTestGateway({
      hooks: combineHooks(noting(seen, 'a'), null, noting(seen, 'b'), undefined),
    })
    await tested.post(CHAT.path, CHAT.request('[[error:500]]'))
    const hooks = ['start', 'request', 'route', 'attempt', 'failure', 'error', 'usage', 'end']
    expect(seen).toEqual(hooks.flatMap((hook) => [`a.${hook}`, `b.${hook}`]))
  })

  it('has only the hooks that somebody has', () => {
    expect(combineHooks()).toEqual({})
    expect(Object.keys(combineHooks({ onUsage: () => undefined }, { onError: () => undefined }))).toEqual([
      'onUsage',
      'onError',
    ])
  })

  it('keeps what the hooks are methods of', async () => {
    class Counting {
      #count = 0
      onStart(): void {
        this.#count += 1
      }
      get count(): number {
        return this.#count
      }
    }
    const counting = new Counting()
    const tested = createTestGateway({ hooks: combineHooks(counting) })
    await tested.post(CHAT.path, CHAT.request())
    expect(counting.count).toBe(1)
  })

  it('takes the first refusal, and asks nobody after it', async () => {
    const seen: string[] = []
    const refusing = (refuse: string): Hooks => ({ onRequest: async () => ({ refuse }) })
    const hooks = combineHooks(noting(seen, 'a'), refusing('First.'), refusing('Second.'), noting(seen, 'b'))
    const { status, json } = await createTestGateway({ hooks }).post(CHAT.path, CHAT.request())
    expect([status, json.error.message]).toEqual([403, 'First.'])
    expect(seen).toEqual([
      'a.start',
      'b.start',
      'a.request',
      'a.error',
      'b.error',
      'a.usage',
      'b.usage',
      'a.end',
      'b.end',
    ])
  })

  it('puts headers for the vendor together', async () => {
    const hooks = combineHooks(
      { onAttempt: () => ({ 'x-a': '1', 'x-b': '1' }) },
      { onAttempt: failing },
      { onAttempt: () => ({ 'x-b': '2' }) },
    )
    const tested = createTestGateway({ hooks })
    await tested.post(CHAT.path, CHAT.request())
    expect(tested.vendor.last().request.headers).toMatchObject({ 'x-a': '1', 'x-b': '2' })
  })

  it.each([
    ['throw', failing],
    ['reject', () => Promise.reject(new Error('hook failed')) as never],
  ])('stops nobody when some %s, and tells every onError', async (_how, fail) => {
    const errors: ErrorEvent[] = []
    const ends: unknown[] = []
    const bad: Hooks = {
      onStart: fail,
      onRequest: fail,
      onRoute: fail,
      onUsage: fail,
      onEnd: fail,
      onError: fail,
    }
    const good: Hooks = {
      onEnd: (event) => void ends.push(event),
      onError: (event) => void errors.push(event),
    }
    const tested = createTestGateway({ hooks: combineHooks(bad, good) })
    expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(200)
    await eventually(() => errors.length === 5)
    expect(errors.map(({ error }) => error.code)).toEqual(Array.from({ length: 5 }, () => 'internal_error'))
    expect(ends).toHaveLength(1)
  })
})
