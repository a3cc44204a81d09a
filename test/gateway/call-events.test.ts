import { describe, expect, it } from 'vitest'
import type { AttemptEvent, AttemptFailureEvent, EndEvent, Hooks, StartEvent } from '../../src/index.js'
import { eventually } from '../contracts/http-server.js'
import { CALLS, callOf, COST_MICRO, TWO_PLACES } from '../support/call-scenarios.js'
import { CHAT, chatAnswer } from '../support/calls.js'
import { AUTHORIZED, createTestGateway, KEY } from '../support/test-gateway.js'

interface Seen {
  readonly hooks: Hooks
  readonly starts: StartEvent[]
  readonly attempts: AttemptEvent[]
  readonly failures: AttemptFailureEvent[]
  readonly ends: EndEvent[]
  /** Names in the order of their events. */
  readonly order: string[]
}

function observe(): Seen {
  const seen: Omit<Seen, 'hooks'> = { starts: [], attempts: [], failures: [], ends: [], order: [] }
  const note =
    <Event>(name: string, events: Event[]) =>
    (event: Event): void => {
      seen.order.push(name)
      events.push(event)
    }
  return {
    ...seen,
    hooks: {
      onStart: note('start', seen.starts),
      onAttempt: note('attempt', seen.attempts),
      onAttemptFailure: note('failure', seen.failures),
      onWarning: note('warning', []),
      onEnd: note('end', seen.ends),
    },
  }
}

describe('the events of a call', () => {
  it.each(CALLS)(
    'begin and end once: $name',
    async ({ run, status, httpStatus, errorCode = null, attempts }) => {
      const seen = observe()
      await run(seen.hooks)
      await eventually(() => seen.ends.length > 0)
      expect(seen.starts).toHaveLength(1)
      expect(seen.ends).toHaveLength(1)
      expect(seen.ends[0]).toMatchObject({
        requestId: seen.starts[0]?.requestId,
        status,
        httpStatus,
        errorCode,
      })
      expect(seen.attempts).toHaveLength(attempts)
      expect([seen.order[0], seen.order.at(-1)]).toEqual(['start', 'end'])
    },
  )

  it('say of an answered call what its record does, and where it went', async () => {
    const seen = observe()
    await callOf('a whole answer').run(seen.hooks)
    expect(seen.ends[0]).toMatchObject({
      accountId: 'acme',
      keyId: 'key_acme',
      costMicro: COST_MICRO,
      isReplay: false,
      place: {
        route: 'chat:vendor-chat',
        upstream: 'chat',
        vendor: null,
        vendorModel: 'vendor-chat',
        isListed: true,
      },
    })
  })

  it('name no account where the key is unknown', async () => {
    const seen = observe()
    await callOf('an unknown key').run(seen.hooks)
    expect(seen.ends[0]).toMatchObject({ accountId: null, keyId: null, place: null, model: '' })
  })

  it('tell of the place that failed, with its status', async () => {
    const seen = observe()
    await callOf('a fallback').run(seen.hooks)
    expect(seen.failures).toMatchObject([{ upstream: 'first', vendor: 'openai', status: 500 }])
    expect(seen.attempts.map(({ route }) => route)).toEqual(['first:gpt-a', 'second:mistral-b'])
    expect(seen.ends[0]?.place?.vendor).toBe('mistral')
  })

  it('tell of a repetition that it is one', async () => {
    const seen = observe()
    const tested = createTestGateway({ hooks: seen.hooks })
    const headers = { ...AUTHORIZED, 'idempotency-key': 'one' }
    await tested.post(CHAT.path, CHAT.request(), headers)
    await tested.post(CHAT.path, CHAT.request(), headers)
    expect(seen.ends.map(({ isReplay, costMicro }) => [isReplay, costMicro > 0])).toEqual([
      [false, true],
      [true, false],
    ])
    expect(seen.starts).toHaveLength(2)
  })

  it('show the headers of the request without what lets somebody in', async () => {
    const seen = observe()
    const tested = createTestGateway({ hooks: seen.hooks })
    const secret = { cookie: 'session=secret', 'proxy-authorization': 'secret', 'x-goog-api-key': KEY }
    await tested.post(CHAT.path, CHAT.request(), { ...AUTHORIZED, ...secret, traceparent: '00-1' })
    expect(seen.starts[0]?.headers).toEqual({ 'content-type': 'application/json', traceparent: '00-1' })
  })

  it('are not those of other endpoints', async () => {
    const seen = observe()
    const tested = createTestGateway({ hooks: seen.hooks })
    await tested.get('/v1/models')
    await tested.get('/nothing')
    expect(seen.order).toEqual([])
  })
})

describe('headers that a hook adds', () => {
  it('reach every vendor that is tried, and cannot be those of the configuration', async () => {
    const tested = createTestGateway({
      ...TWO_PLACES,
      hooks: {
        onAttempt: ({ upstream }) => ({ 'x-trace': upstream, authorization: 'none', 'content-type': 'no' }),
      },
    })
    tested.vendor.play({ status: 500, steps: [] }, chatAnswer())
    await tested.post(CHAT.path, CHAT.request())
    const headers = tested.vendor.calls.map(({ request }) => request.headers)
    expect(headers).toMatchObject([{ 'x-trace': 'first' }, { 'x-trace': 'second' }])
    expect(headers.every((sent) => sent['authorization']?.startsWith('Bearer sk-'))).toBe(true)
    expect(headers.every((sent) => sent['content-type'] === 'application/json')).toBe(true)
  })

  it('are none where the hook fails', async () => {
    const tested = createTestGateway({
      hooks: {
        onAttempt() {
          throw new Error('hook failed')
        },
      },
    })
    expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(200)
    expect(tested.errors.map(({ error }) => error.code)).toEqual(['internal_error'])
  })
})
