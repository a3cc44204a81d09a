import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { logs, type LogsOptions } from '../../../adapters/telemetry/logs.js'
import {
  GatewayError,
  type Hooks,
  type UpstreamError,
  UpstreamFault,
  type UsageRecord,
} from '../../../src/index.js'
import { toGatewayError } from '../../../src/protocols/translate/error.js'
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
const CUT = expect.stringMatching(/^Error: connect \[redacted\] \[redacted\] x{400,}…$/) as string

const KIND_TABLE: Readonly<Record<UpstreamError['kind'], true>> = {
  'bad-request': true,
  'context-overflow': true,
  authentication: true,
  billing: true,
  permission: true,
  'not-found': true,
  'too-large': true,
  unprocessable: true,
  'rate-limit': true,
  overloaded: true,
  timeout: true,
  server: true,
  policy: true,
  truncated: true,
  garbage: true,
  unfunded: true,
}
const KINDS = Object.keys(KIND_TABLE) as readonly UpstreamError['kind'][]

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
  it.each([
    ['an error of a vendor that quotes the prompt', 502, 'provider_error', 500, 'server 500'],
    ['a refusal of our key that quotes the prompt', 502, 'provider_error', 401, 'authentication 401'],
    [
      'a translated stream that an overloaded vendor refuses with the prompt',
      503,
      'server_is_overloaded',
      503,
      'overloaded 503',
    ],
  ] as const)('says where %s came from, and quotes nothing', async (name, status, code, theirs, cause) => {
    const logged = log()
    await callOf(name).run(logged.hooks)
    const upstream = name.includes('translated') ? 'messages' : 'chat'
    expect(logged.lines('error')).toEqual([
      {
        level: ERROR,
        msg: 'error',
        request_id: expect.stringMatching(/^req_cm_/),
        error_code: code,
        http_status: status,
        upstream,
        route: `${upstream}:vendor-${upstream}`,
        upstream_status: theirs,
        causes: [cause],
      },
    ])
  })

  it('says of a stream that breaks what we have to say of it', async () => {
    const logged = log()
    await callOf('a stream that ends in an error with the prompt').run(logged.hooks)
    await callOf('a stream that breaks').run(logged.hooks)
    expect(logged.lines('error')).toMatchObject([
      { error_code: 'provider_error', upstream: 'chat', causes: ['server'] },
      {
        error_code: 'upstream_stream_truncated',
        upstream: 'chat',
        message: 'Connection error: the provider broke off the answer. Try again later.',
        causes: ['truncated'],
      },
    ])
    expect(logged.lines('error')[0]).not.toHaveProperty('message')
  })

  it('says why a vendor was not reached, in words of the system', async () => {
    const logged = log()
    const refused = Object.assign(new Error(`connect to ${PROMPT}`), { code: 'ECONNREFUSED' })
    const tested = createTestGateway({
      hooks: logged.hooks,
      transport: () => Promise.reject(new UpstreamFault('connect', refused)),
    })
    await tested.post(CHAT.path, CHAT.request(PROMPT))
    expect(logged.lines('error')).toMatchObject([
      {
        upstream: 'chat',
        upstream_status: null,
        causes: ['server', 'UpstreamFault connect', 'Error ECONNREFUSED'],
      },
    ])
    expect(logged.text()).not.toContain(PROMPT)
  })

  it.each(KINDS)('has no text of a vendor whose error is of the kind %s', (kind) => {
    const logged = log()
    const upstreamError = { kind, message: PROMPT, code: 'SECRET_RECIPE', param: PROMPT }
    void logged.hooks.onError?.({
      requestId: 'req_1',
      error: toGatewayError(upstreamError),
      cause: upstreamError,
    })
    expect(logged.lines('error')).toHaveLength(1)
    expect(logged.text()).not.toMatch(/recipe/i)
  })

  it('says what the vendor said where prompts may be told, without what it should not have', async () => {
    const logged = log({ includePrompts: true })
    const tested = createTestGateway({ hooks: logged.hooks })
    tested.vendor.play(
      whole({ error: { message: `bad key ${SECRETS[2]} at https://internal.example/x` } }, 500),
    )
    await tested.post(CHAT.path, CHAT.request(PROMPT))
    expect(logged.lines('error')).toMatchObject([
      {
        level: ERROR,
        error_code: 'provider_error',
        causes: ['server 500: bad key [redacted] at [redacted]'],
      },
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
    const logged = log({ secrets: ['db-password'], includePrompts: true })
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
    expect(line).toMatchObject({ message: 'A store failed.', causes: ['Error: query failed', CUT] })
    expect(logged.text()).not.toMatch(/db-password|db\.internal|cm-key/)
  })

  it('of a cause that is no error, or its own cause, is written all the same', () => {
    const logged = log()
    const circle: { message: string; cause?: unknown } = { message: 'round' }
    circle.cause = circle
    for (const cause of ['text', null, undefined, circle, new Error('no class', { cause: circle })])
      void logged.hooks.onError?.({
        requestId: 'req_1',
        error: new GatewayError('internal_error', 'x'),
        cause,
      })
    expect(logged.lines('error').map(({ causes }) => causes)).toEqual([[], [], [], [], ['Error']])
  })
})

describe('the line of a store that fails', () => {
  const failure = {
    requestId: 'req_1',
    store: 'ledger',
    operation: 'settle',
    cause: Object.assign(new Error('down'), { code: 'ECONNRESET' }),
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
        causes: ['Error ECONNRESET'],
      },
    ])
  })

  it('says what is lost of a call without the words of its error, and the store’s without quotes', async () => {
    const lines = async (includePrompts: boolean): Promise<string> => {
      const records: UsageRecord[] = []
      await callOf('an error of a vendor that quotes the prompt').run({
        onUsage: (record) => void records.push(record),
      })
      const [record] = records
      if (record === undefined) throw new Error('the call has left no record')
      const logged = log({ includePrompts })
      const cause = new Error(`invalid input syntax: "${PROMPT}"`)
      void logged.hooks.onStoreFailure?.({
        ...failure,
        cause,
        passed: true,
        lost: { type: 'append', record },
      })
      expect(logged.lines('store failure')).toMatchObject([
        { level: ERROR, lost: { type: 'append', record: { requestId: record.requestId, costMicro: 0 } } },
      ])
      return logged.text()
    }
    expect(await lines(false)).not.toContain(PROMPT)
    expect((await lines(true)).split(PROMPT)).toHaveLength(3)
  })
})
