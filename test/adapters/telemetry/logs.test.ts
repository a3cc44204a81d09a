import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { logs, type LogsOptions } from '../../../adapters/telemetry/logs.js'
import { GatewayError, type Hooks } from '../../../src/index.js'
import { eventually } from '../../contracts/http-server.js'
import { CALLS, callOf, COST_MICRO, PROMPT, SECRETS } from '../../support/call-scenarios.js'
import { CHAT, whole } from '../../support/calls.js'
import { createTestGateway, KEY } from '../../support/test-gateway.js'

interface Line {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

interface Logged {
  readonly hooks: Hooks
  readonly text: () => string
  readonly lines: (message?: string) => readonly Line[]
}

/** The rest of a cause, cut. */
const CUT = expect.stringMatching(/^connect \[redacted\] \[redacted\] x{400,}…$/) as string

const [DEBUG, INFO, WARN, ERROR] = [20, 30, 40, 50]

/** What pino itself writes. */
function log(options: Partial<LogsOptions> = {}): Logged {
  const written: string[] = []
  const logger = pino(
    { level: 'debug', base: null, timestamp: false },
    { write: (line) => void written.push(line) },
  )
  return {
    hooks: logs({ logger, ...options }),
    text: () => written.join(''),
    lines: (message) =>
      written
        .map((line) => JSON.parse(line) as Line)
        .filter(({ msg }) => message === undefined || msg === message),
  }
}

describe('the line of a call', () => {
  it.each(CALLS)('is one: $name', async ({ run, status, httpStatus, errorCode = null }) => {
    const logged = log()
    await run(logged.hooks)
    await eventually(() => logged.lines('call').length > 0)
    expect(logged.lines('call')).toMatchObject([{ status, http_status: httpStatus, error_code: errorCode }])
    const level = status !== 'failed' ? INFO : httpStatus >= 500 ? ERROR : WARN
    expect(logged.lines('call')[0]?.level).toBe(level)
    for (const secret of SECRETS) expect(logged.text()).not.toContain(secret)
  })

  it('says who asked whom for what, and what it cost', async () => {
    const logged = log()
    await callOf('a stream').run(logged.hooks)
    expect(logged.lines()).toEqual([
      {
        level: INFO,
        msg: 'call',
        request_id: expect.stringMatching(/^req_cm_/),
        account_id: 'acme',
        key_id: 'key_acme',
        end_user: null,
        endpoint: CHAT.path,
        model: 'test/chat',
        route: 'chat:vendor-chat',
        status: 'completed',
        http_status: 200,
        error_code: null,
        streamed: true,
        latency_ms: 250,
        time_to_first_byte_ms: 250,
        input_tokens: 100,
        cache_read_tokens: 40,
        cache_write_tokens: 0,
        output_tokens: 20,
        reasoning_tokens: 5,
        cost_micro: COST_MICRO,
        shortfall_micro: 0,
        attempts: [],
        warnings: [],
      },
    ])
  })

  it('names every attempt of a fallback, and the losses of a translation', async () => {
    const logged = log()
    await callOf('a fallback').run(logged.hooks)
    expect(logged.lines('call')[0]?.['attempts']).toMatchObject([
      { route: 'first:gpt-a', status: 500, errorCode: 'provider_error' },
      { route: 'second:mistral-b', status: 200, errorCode: null },
    ])
    const tested = createTestGateway({ hooks: logged.hooks })
    await tested.post(CHAT.path, { ...CHAT.request(), model: 'test/messages', logit_bias: { 1: 2 } })
    expect(logged.lines('call')[1]?.['warnings']).toEqual(['dropped:logit_bias'])
  })

  it('is quieter, or says what was asked, when it is to', async () => {
    const quiet = log({ level: 'debug' })
    await callOf('a whole answer').run(quiet.hooks)
    expect(quiet.lines('call')[0]?.level).toBe(DEBUG)
    const open = log({ includePrompts: true })
    await callOf('an empty balance').run(open.hooks)
    expect(open.lines('call')[0]).toMatchObject({
      error_message: expect.stringContaining('balance'),
      request: CHAT.request(PROMPT),
    })
  })
})

describe('the line of an error', () => {
  it('says what the vendor said, without what it should not have', async () => {
    const logged = log()
    const tested = createTestGateway({ hooks: logged.hooks })
    tested.vendor.play(
      whole({ error: { message: `bad key ${SECRETS[2]} at https://internal.example/x` } }, 500),
    )
    await tested.post(CHAT.path, CHAT.request(PROMPT))
    expect(logged.lines('error')).toMatchObject([
      { level: ERROR, error_code: 'provider_error', causes: ['bad key [redacted] at [redacted]'] },
    ])
  })

  it('of a client’s own making is of the level debug, and without words', async () => {
    const logged = log()
    await createTestGateway({ hooks: logged.hooks }).post(CHAT.path, {
      ...CHAT.request(),
      model: PROMPT.split(' ')[0],
    })
    expect(logged.lines('error')).toEqual([
      {
        level: DEBUG,
        msg: 'error',
        request_id: expect.any(String),
        error_code: 'model_not_found',
        http_status: 404,
      },
    ])
  })

  it('shows causes of causes, redacted and cut, and nothing else of them', () => {
    const logged = log({ secrets: ['db-password'] })
    const inner = new Error(`connect postgres://me:db-password@db.internal/x ${KEY} ${'x'.repeat(1000)}`)
    const cause = Object.assign(new Error('query failed', { cause: inner }), {
      config: 'db-password',
      headers: KEY,
    })
    void logged.hooks.onError?.({
      requestId: 'req_1',
      error: new GatewayError('db_error', 'A store failed.'),
      cause,
    })
    const [line] = logged.lines('error')
    expect(line).toMatchObject({ message: 'A store failed.', causes: ['query failed', CUT] })
    expect(logged.text()).not.toMatch(/db-password|db\.internal|cm-key/)
  })

  it('of a cause that is no error, or its own cause, is written all the same', () => {
    const logged = log()
    const circle: { message: string; cause?: unknown } = { message: 'round' }
    circle.cause = circle
    for (const cause of ['text', null, undefined, circle])
      void logged.hooks.onError?.({
        requestId: 'req_1',
        error: new GatewayError('internal_error', 'x'),
        cause,
      })
    expect(logged.lines('error').map(({ causes }) => causes)).toEqual([
      [],
      [],
      [],
      ['round', 'round', 'round'],
    ])
  })
})

describe('the line of a store that fails', () => {
  const failure = {
    requestId: 'req_1',
    store: 'ledger',
    operation: 'settle',
    cause: new Error('down'),
  } as const

  it.each([
    [WARN, true, null],
    [ERROR, false, null],
    [ERROR, true, { type: 'release', holdId: 'hold_1' }],
  ] as const)('is of the level %i where passed is %s and lost is %o', (level, passed, lost) => {
    const logged = log()
    void logged.hooks.onStoreFailure?.({ ...failure, passed, lost })
    expect(logged.lines()).toEqual([
      {
        level,
        msg: 'store failure',
        request_id: 'req_1',
        store: 'ledger',
        operation: 'settle',
        passed,
        lost,
        causes: ['down'],
      },
    ])
  })
})
