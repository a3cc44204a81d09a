import { describe, expect, it, test } from 'vitest'
import { CHAT, chunk, stream } from '../../support/calls.js'
import { answer, createRoutedGateway, failure, type RoutedGateway } from './routed-gateway.js'

const BREAKER = { consecutiveFaults: 3, openMs: 1000 }
const SINGLE = { candidates: [{ upstream: 'a', model: 'vendor-chat' }] }

/** The first call of a conversation: it has no vendor yet that it would stay with. */
const askAnew = (tested: RoutedGateway, more: object = {}): ReturnType<RoutedGateway['ask']> =>
  tested.ask('hi', { prompt_cache_key: `session ${tested.vendor.calls.length}`, ...more })

async function askTimes(tested: RoutedGateway, count: number): Promise<readonly number[]> {
  const statuses: number[] = []
  for (let call = 0; call < count; call += 1) statuses.push((await askAnew(tested)).status)
  return statuses
}

const visitsOf = (tested: RoutedGateway, name: string): number =>
  tested.visits().filter((visit) => visit === name).length

const healthOf = async (tested: RoutedGateway, route: string) =>
  (await tested.gateway.admin.upstreams.health()).find((entry) => entry.route === route)

describe('the breaker of a vendor', () => {
  it('spares it after some faults, and lets a single call find out that it is back', async () => {
    const tested = createRoutedGateway({ breaker: BREAKER })
    tested.script('a', [failure(500)])
    expect(await askTimes(tested, 10)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(visitsOf(tested, 'a')).toBe(3)
    expect(await healthOf(tested, 'a:vendor-chat')).toMatchObject({ state: 'open', errorRate: 1, calls: 3 })

    tested.clock.advance(1000)
    await askTimes(tested, 3)
    expect(visitsOf(tested, 'a')).toBe(4)

    tested.script('a', answer)
    tested.clock.advance(1000)
    await askTimes(tested, 3)
    expect(visitsOf(tested, 'a')).toBe(7)
    expect(await healthOf(tested, 'a:vendor-chat')).toMatchObject({ state: 'closed' })
  })

  it('lets no second call through while the first one is on its way', async () => {
    const tested = createRoutedGateway({ breaker: BREAKER })
    tested.script('a', [failure(500)])
    await askTimes(tested, 3)
    tested.clock.advance(1000)
    let release = (): void => undefined
    const head = new Promise<void>((resolve) => (release = resolve))
    tested.script('a', (call) => ({ ...answer(call), head }))
    const probe = askAnew(tested)
    await askTimes(tested, 5)
    expect(visitsOf(tested, 'a')).toBe(4)
    expect(await healthOf(tested, 'a:vendor-chat')).toMatchObject({ state: 'half-open' })
    release()
    expect((await probe).status).toBe(200)
    expect(await healthOf(tested, 'a:vendor-chat')).toMatchObject({ state: 'closed' })
  })

  it('is not held open by a call that never got there', async () => {
    const tested = createRoutedGateway({ breaker: BREAKER, key: { rpm: 4 } })
    tested.script('a', [failure(500)])
    await askTimes(tested, 4)
    tested.clock.advance(1000)
    expect(await askTimes(tested, 2)).toContain(429)
    expect((await healthOf(tested, 'a:vendor-chat'))?.state).toBe('open')
  })

  it('refuses at once when all vendors are broken, and says for how long', async () => {
    const tested = createRoutedGateway({ breaker: BREAKER }, SINGLE)
    tested.script('a', [failure(500)])
    expect(await askTimes(tested, 3)).toEqual([502, 502, 502])
    const { status, json, headers } = await tested.ask()
    expect([status, json.error.code, headers['retry-after-ms']]).toEqual([503, 'model_unavailable', '1000'])
    expect(visitsOf(tested, 'a')).toBe(3)
    expect(tested.records.at(-1)).toMatchObject({ status: 'failed', errorCode: 'model_unavailable' })
  })

  it('never refuses a model with one candidate where nobody has asked for it', async () => {
    const tested = createRoutedGateway({}, SINGLE)
    tested.script('a', [failure(500)])
    expect(await askTimes(tested, 20)).toEqual(Array.from({ length: 20 }, () => 502))
    expect(visitsOf(tested, 'a')).toBe(20)
  })

  it('does not open where it is switched off', async () => {
    const tested = createRoutedGateway({ breaker: false })
    tested.script('a', [failure(500)])
    await askTimes(tested, 20)
    expect(visitsOf(tested, 'a')).toBe(20)
  })

  it('counts answers that break off half-way', async () => {
    const tested = createRoutedGateway({ breaker: BREAKER })
    tested.script('a', [stream(chunk({ role: 'assistant', content: 'hel' }), { fault: 'reset' })])
    for (let call = 0; call < 5; call += 1) await askAnew(tested, { stream: true })
    expect(visitsOf(tested, 'a')).toBe(3)
  })

  it('does not count what is wrong with the request, nor a client that leaves', async () => {
    const tested = createRoutedGateway({ breaker: BREAKER })
    tested.script('a', [failure(400)])
    await askTimes(tested, 10)
    for (let call = 0; call < 10; call += 1) {
      const controller = new AbortController()
      tested.script('a', () => {
        controller.abort()
        return { steps: [], fault: 'aborted' }
      })
      await tested.handle(CHAT.path, { body: CHAT.request(), signal: controller.signal })
    }
    expect(await healthOf(tested, 'a:vendor-chat')).toMatchObject({ state: 'closed', errorRate: 0 })
    expect(visitsOf(tested, 'b')).toBe(0)
  })

  test('case 36: is not fed by side endpoints', async () => {
    const tested = createRoutedGateway({ breaker: BREAKER })
    tested.script('a', [failure(404)])
    for (let call = 0; call < 10; call += 1) {
      await tested.post('/v1/messages/count_tokens', { model: CHAT.model, messages: [] })
      await tested.post('/v1/responses/input_tokens', { model: CHAT.model, input: 'hi' })
    }
    tested.script('a', answer)
    await tested.ask()
    expect(tested.visits().at(-1)).toBe('a')
    expect(await healthOf(tested, 'a:vendor-chat')).toMatchObject({ state: 'closed', calls: 1, errorRate: 0 })
  })
})

describe('a vendor that limits us', () => {
  it('is left alone for as long as it says, and is not held to be broken', async () => {
    const tested = createRoutedGateway({ breaker: BREAKER })
    tested.script('a', [failure(429, { 'retry-after': '30' })])
    await askTimes(tested, 5)
    expect(visitsOf(tested, 'a')).toBe(1)
    expect(await healthOf(tested, 'a:vendor-chat')).toMatchObject({
      state: 'closed',
      resting: true,
      limited: 1,
      errorRate: 0,
    })
    tested.clock.advance(30_000)
    tested.script('a', answer)
    await askTimes(tested, 2)
    expect(visitsOf(tested, 'a')).toBe(3)
  })

  it('is asked all the same when every other one does so, too', async () => {
    const tested = createRoutedGateway()
    tested.script('a', [failure(429, { 'retry-after': '30' })])
    tested.script('b', [failure(429, { 'retry-after': '10' })])
    expect(await askTimes(tested, 2)).toEqual([429, 429])
    expect(tested.visits()).toEqual(['a', 'b', 'b', 'a'])
  })
})

describe('a vendor that refuses our only key', () => {
  it('is left for the others for a while', async () => {
    const tested = createRoutedGateway()
    tested.script('a', [failure(401), answer({ json: {} } as never)])
    await askTimes(tested, 3)
    expect(tested.visits()).toEqual(['a', 'b', 'b', 'b'])
    tested.clock.advance(60_000)
    await askTimes(tested, 1)
    expect(tested.visits().at(-1)).toBe('a')
  })
})
