import { describe, expect, it } from 'vitest'
import { ConfigError, parseConfig } from '../../../src/index.js'
import { BASE_CONFIG } from '../../support/test-gateway.js'

const { hooks: _hooks, transport: _transport, ...DATA } = BASE_CONFIG

function problemsOf(more: object): readonly string[] {
  try {
    parseConfig({ ...DATA, ...more })
    return []
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error
    return error.problems.map(({ path }) => path)
  }
}

const model = (more: object): object => ({
  models: [{ id: 'a/b', price: 'free', candidates: [{ upstream: 'chat', model: 'm', weight: 1 }], ...more }],
})

describe('the configuration of routes', () => {
  it.each([
    { retries: { attempts: 2, baseMs: 100, maxMs: 5000 } },
    { breaker: false },
    { breaker: { consecutiveFaults: 3, faultRate: 1, minimumCalls: 5, windowMs: 1000, openMs: 1 } },
    { clientFallbacks: true, stateCache: { entries: 10, ttlMs: 1000, shared: true } },
    model({ routing: 'weighted' }),
    model({ routing: 'least-latency' }),
    { upstreams: { ...DATA.upstreams, chat: { ...DATA.upstreams['chat'], apiKeys: ['one', 'two'] } } },
  ])('takes %j', (more) => {
    expect(problemsOf(more)).toEqual([])
  })

  it.each([
    [{ retries: { attempts: -1 } }, 'retries.attempts'],
    [{ retries: { attempts: 1000 } }, 'retries.attempts'],
    [{ breaker: true }, 'breaker'],
    [{ breaker: { faultRate: 2 } }, 'breaker.faultRate'],
    [{ stateCache: { entries: 0 } }, 'stateCache.entries'],
    [model({ routing: 'random' }), 'models[0].routing'],
    [model({ candidates: [{ upstream: 'chat', model: 'm', weight: -1 }] }), 'models[0].candidates[0].weight'],
    [
      { upstreams: { ...DATA.upstreams, chat: { ...DATA.upstreams['chat'], apiKeys: [] } } },
      'upstreams.chat.apiKeys',
    ],
    [
      { upstreams: { ...DATA.upstreams, chat: { ...DATA.upstreams['chat'], apiKeys: ['ä'] } } },
      'upstreams.chat.apiKeys[0]',
    ],
  ])('refuses %j', (more, path) => {
    expect(problemsOf(more)).toEqual([path])
  })
})
