import { describe, expect, it } from 'vitest'
import {
  ConfigError,
  createGateway,
  createMemoryOutbox,
  createMemoryStore,
  type GatewayConfig,
  parseConfig,
  PROVIDERS,
} from '../../src/index.js'
import { BASE_CONFIG, KEY, PRICE } from '../support/test-gateway.js'

/** The problems of a configuration as `path: message`. */
function problemsOf(config: unknown): readonly string[] {
  try {
    createGateway(config as GatewayConfig)
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error
    return error.problems.map(({ path, message }) => `${path}: ${message}`)
  }
  return []
}

const problemsWith = (changes: object): readonly string[] => problemsOf({ ...BASE_CONFIG, ...changes })
const withModel = (changes: object): readonly string[] =>
  problemsWith({ models: [{ id: 'v/m', upstream: 'chat', price: 'free', ...changes }] })
const withKey = (changes: object): readonly string[] =>
  problemsWith({ accounts: [{ id: 'a', keys: [{ key: KEY, ...changes }] }] })

it('a configuration that is right has no problems', () => {
  expect(problemsOf(BASE_CONFIG)).toEqual([])
  expect(problemsOf({ upstreams: {}, models: [] })).toEqual([])
})

it('every problem is listed at once, each with its path', () => {
  const config = {
    upstreams: {
      good: { protocol: 'openai-chat', baseUrl: 'https://a.example/v1' },
      unknown: { vendor: 'nobody' },
      none: {},
      typed: { vendor: 5 },
      mute: { vendor: 'anthropic', protocol: 'gemini' },
    },
    models: [
      { id: 'v/a', upstream: 'nowhere', price: 'free' },
      { id: 'v/b', upstream: 'good' },
      { id: 'v/b', upstream: 'good', price: { inputMicroPer1M: 1.5, outputMicroPer1M: -1, extra: 1 } },
      { id: 'v/a', upstream: 'unknown' },
      {
        id: 'v/c',
        candidates: [
          { upstream: 'good', model: 'm' },
          { upstream: 'gone', model: 'm' },
        ],
        price: 'cheap',
      },
    ],
    accounts: [
      { id: 'a', balanceMicro: -1 },
      { id: 'b', keys: [{ key: 'sk-secret-of-another' }, { key: 'cm-twice-the-same', rpm: 0 }] },
    ],
    timeouts: { keepAliveMs: 60_000 },
    typo: true,
  }
  expect([...problemsOf(config)].sort()).toEqual(
    [
      "upstreams.unknown.vendor: 'nobody' has no preset",
      'upstreams.none: needs a vendor or a protocol',
      'upstreams.none: needs a baseUrl (only a vendor brings one)',
      'upstreams.typed.vendor: must be a text',
      "upstreams.mute.protocol: 'anthropic' does not speak gemini",
      "upstreams.mute.apiKey: is missing: 'anthropic' answers nobody without a key (usually in the environment as ANTHROPIC_API_KEY)",
      "models[0].upstream: no upstream is named 'nowhere'",
      'models[1].price: \'v/b\' is not in the price snapshot: give a price, or "free"',
      'models[2].price.inputMicroPer1M: must be a whole number',
      'models[2].price.outputMicroPer1M: must be at least 0',
      'models[2].price.extra: unknown setting',
      "models[3].id: 'v/a' stands twice",
      'models[4].price: must be "free" or prices',
      'accounts[0].balanceMicro: must be at least 0',
      'accounts[1].keys[0].key: must start with cm- and have at least 8 more characters',
      'accounts[1].keys[1].rpm: must be more than 0',
      'timeouts.keepAliveMs: must be at most 15000',
      'typo: unknown setting',
    ].sort(),
  )
})

it('one error holds them all, and shows no key', () => {
  const accounts = [{ id: 'a', keys: [{ key: 'sk-secret-of-another' }, { key: KEY }, { key: KEY }] }]
  const error: unknown = (() => {
    try {
      return createGateway({ ...BASE_CONFIG, accounts })
    } catch (thrown) {
      return thrown
    }
  })()
  expect(error).toBeInstanceOf(ConfigError)
  expect(String(error)).toMatch(/^ConfigError: Invalid gateway configuration:\n {2}accounts/)
  expect(String(error)).not.toMatch(/sk-secret|key-of-acme/)
})

describe('upstreams', () => {
  it.each<[object, string]>([
    [{ vendor: 'openai', baseUrl: 'ftp://x' }, 'upstreams.x.baseUrl: must be an http(s) URL without query'],
    [
      { vendor: 'openai', baseUrl: 'https://x?a=1' },
      'upstreams.x.baseUrl: must be an http(s) URL without query',
    ],
    [{ vendor: 'openai', apiKey: 'line\nbreak' }, 'upstreams.x.apiKey: must be printable ASCII'],
    [{ vendor: 'openai', headers: { a: 'ü' } }, 'upstreams.x.headers.a: must be printable ASCII'],
    [{ vendor: 'openai', headers: { 'a b': 'x' } }, 'upstreams.x.headers.a b: is no name of a header'],
    [
      { protocol: 'grpc', baseUrl: 'https://x' },
      'upstreams.x.protocol: must be one of "openai-chat","openai-responses","anthropic-messages","gemini"',
    ],
    [{ vendor: 'openai', key: 'x' }, 'upstreams.x.key: unknown setting'],
  ])('%j are refused', (upstream, problem) => {
    expect(problemsOf({ upstreams: { x: upstream }, models: [] })).toContain(problem)
  })
})

describe('a preset', () => {
  const problemsWithout = (upstream: object): readonly string[] =>
    problemsOf({ upstreams: { x: upstream }, models: [] })
  const presets = Object.values(PROVIDERS)

  it.each(presets.filter(({ keyVariable }) => keyVariable !== null))(
    'of $id without a key is refused by the name of its field, and says where the key usually is',
    ({ id, keyVariable }) => {
      const problem = `answers nobody without a key (usually in the environment as ${keyVariable})`
      expect(problemsWithout({ vendor: id })).toEqual([`upstreams.x.apiKey: is missing: '${id}' ${problem}`])
      expect(problemsWithout({ vendor: id, apiKey: '' })).toEqual([
        `upstreams.x.apiKey: is empty: '${id}' ${problem}`,
      ])
      expect(problemsWithout({ vendor: id, apiKey: 'k' })).toEqual([])
    },
  )

  it('of a server of one’s own needs no key', () => {
    const local = presets.filter(({ keyVariable }) => keyVariable === null).map(({ id }) => id)
    expect(local.sort()).toEqual(['ollama', 'vllm'])
    for (const vendor of local) expect(problemsWithout({ vendor })).toEqual([])
  })

  it.each([
    { vendor: 'openai', baseUrl: 'https://proxy.example/v1' },
    { vendor: 'openai', apiKeys: ['a', 'b'] },
    { vendor: 'openai', headers: { Authorization: 'Bearer of-a-proxy' } },
    { vendor: 'anthropic', headers: { 'X-Api-Key': 'k' } },
    { vendor: 'gemini', headers: { 'x-goog-api-key': 'k' } },
  ])('needs no key where something else stands for it: %j', (upstream) => {
    expect(problemsWithout(upstream)).toEqual([])
  })

  it.each([
    { vendor: 'openai', baseUrl: 'https://api.openai.com/v1' },
    { vendor: 'openai', baseUrl: 'https://api.openai.com/v1/' },
    { vendor: 'openai', apiKeys: [' '] },
    { vendor: 'openai', headers: { 'openai-organization': 'org' } },
  ])('needs a key where nothing does: %j', (upstream) => {
    expect(problemsWithout(upstream)).toEqual([expect.stringContaining('OPENAI_API_KEY')])
  })
})

describe('the console of the command', () => {
  it.each<[object, string]>([
    [{ title: '' }, 'console.title: is too short'],
    [
      { gatewayUrl: 'javascript:x' },
      'console.gatewayUrl: must be an http(s) URL or a path that begins with one /',
    ],
    [
      { gatewayUrl: '//elsewhere' },
      'console.gatewayUrl: must be an http(s) URL or a path that begins with one /',
    ],
    [{ payments: {} }, 'console.payments.project: is missing'],
    [{ payments: { project: 'a b' } }, 'console.payments.project: must be 1 to 100 visible ASCII characters'],
    [{ payments: { project: 'p', methods: [] } }, 'console.payments.methods: is too short'],
    [
      { payments: { project: 'p', methods: ['cash'] } },
      'console.payments.methods[0]: must be one of "card","alipay"',
    ],
    [
      { payments: { project: 'p', minimumMicro: 499_999 } },
      'console.payments.minimumMicro: must be at least 500000',
    ],
    [{ payments: { project: 'p', secretKey: 'x' } }, 'console.payments.secretKey: unknown setting'],
  ])('%j is refused', (console, problem) => {
    expect(problemsOf({ upstreams: {}, models: [], console })).toEqual([problem])
  })

  it('takes all that it knows', () => {
    const payments = { project: 'team', methods: ['card'], minimumMicro: 10_000_000 }
    const console = { title: 'LLMs', gatewayUrl: 'https://llm.example/v1', payments }
    expect(problemsOf({ upstreams: {}, models: [], console })).toEqual([])
    for (const gatewayUrl of ['/', '/llm'])
      expect(problemsOf({ upstreams: {}, models: [], console: { gatewayUrl } })).toEqual([])
  })
})

describe('models', () => {
  it.each<[object, string]>([
    [{ id: '' }, 'models[0].id: must be 1 to 256 visible ASCII characters'],
    [{ id: 'v/ü' }, 'models[0].id: must be 1 to 256 visible ASCII characters'],
    [{ id: undefined }, 'models[0].id: is missing'],
    [{ upstream: undefined }, 'models[0]: needs an upstream or candidates'],
    [
      { candidates: [{ upstream: 'chat', model: 'm' }] },
      'models[0]: takes an upstream or candidates, not both',
    ],
    [{ upstream: undefined, candidates: [] }, 'models[0].candidates: is too short'],
    [{ protocol: 'gemini' }, "models[0].protocol: upstream 'chat' does not speak gemini"],
    [{ maxOutputTokens: 0 }, 'models[0].maxOutputTokens: must be more than 0'],
    [{ price: { inputMicroPer1M: 1 } }, 'models[0].price.outputMicroPer1M: is missing'],
    [{ price: { ...PRICE, tiers: [{}] } }, 'models[0].price.tiers[0].aboveInputTokens: is missing'],
  ])('%j are refused', (change, problem) => {
    expect(withModel(change)).toContain(problem)
  })

  it('name the candidate at fault', () => {
    const candidates = [
      { upstream: 'chat', model: 'm' },
      { upstream: 'gone', model: 'm' },
      { upstream: 'chat', model: 'm', protocol: 'gemini' },
    ]
    expect(withModel({ upstream: undefined, candidates })).toEqual([
      "models[0].candidates[1].upstream: no upstream is named 'gone'",
      "models[0].candidates[2].protocol: upstream 'chat' does not speak gemini",
    ])
  })

  it('case 56: without a price are refused unless the snapshot knows them, or they are free', () => {
    const upstreams = { openai: { vendor: 'openai', apiKey: 'x' } }
    const priced = (model: object): readonly string[] =>
      problemsOf({ upstreams, models: [{ upstream: 'openai', ...model }] })
    expect(priced({ id: 'openai/gpt-5.5' })).toEqual([])
    expect(priced({ id: 'mine/own-name', model: 'gpt-5.5' })).toEqual([])
    expect(priced({ id: 'openai/no-such-model', price: 'free' })).toEqual([])
    expect(priced({ id: 'openai/no-such-model' })).toEqual([
      'models[0].price: \'openai/no-such-model\' is not in the price snapshot: give a price, or "free"',
    ])
  })

  it('with a factor for a price of their own, or one that is none, are refused', () => {
    expect(withModel({ priceFactor: 1.2 })).toEqual([
      'models[0]: takes a price of its own or a priceFactor of the list price, not both',
    ])
    for (const priceFactor of [0, -1, 1001, Number.NaN])
      expect(withModel({ price: undefined, priceFactor })).toEqual([
        expect.stringContaining('models[0].priceFactor'),
      ])
  })
})

describe('aliases', () => {
  it('that lead to no model are refused, those of accounts too', () => {
    const changes = {
      aliases: { good: 'test/chat', chain: 'good', gone: 'no/such', circle: 'ring', ring: 'circle' },
      accounts: [{ id: 'a', aliases: { mine: 'chain', lost: 'no/such' } }],
    }
    expect(problemsWith(changes)).toEqual([
      "aliases.gone: leads to no model: 'no/such'",
      "aliases.circle: leads to no model: 'ring'",
      "aliases.ring: leads to no model: 'circle'",
      "accounts[0].aliases.lost: leads to no model: 'no/such'",
    ])
  })
})

describe('accounts and keys', () => {
  it.each<[object, string]>([
    [{ key: 'cm-x' }, 'must start with cm- and have at least 8 more characters'],
    [{ key: `cm-gk_${'0'.repeat(38)}` }, 'begins like a generated key, but its checksum is wrong'],
    [{ key: 'cm-with space' }, 'must start with cm- and have at least 8 more characters'],
  ])('%j is no key', (change, message) => {
    expect(withKey(change)).toEqual([`accounts[0].keys[0].key: ${message}`])
  })

  it('may not stand twice', () => {
    const accounts = [
      { id: 'a', keys: [{ key: 'cm-number-one', id: 'k' }] },
      { id: 'a', keys: [{ key: 'cm-number-one', id: 'k' }] },
    ]
    expect(problemsWith({ accounts })).toEqual([
      "accounts[1].id: 'a' stands twice",
      'accounts[1].keys[0].key: stands twice',
      "accounts[1].keys[0].id: 'k' stands twice",
    ])
  })
})

describe('stores', () => {
  const NEEDS_SECRET =
    'keySecret: is needed when stores outlive the process or are shared: keys are known by hashes that are made with it'
  const secretless = { ...BASE_CONFIG, keySecret: undefined }

  it('that keep keys need the secret of their hashes', () => {
    const { keys, ledger } = createMemoryStore({ now: () => 0, secret: '' })
    expect(problemsOf({ ...secretless, stores: { keys } })).toEqual([NEEDS_SECRET])
    expect(problemsOf({ ...secretless, stores: { ledger } })).toEqual([])
    expect(problemsOf({ ...BASE_CONFIG, stores: { keys } })).toEqual([])
    expect(() => parseConfig({ ...secretless, store: 'sqlite:./x.db' })).toThrow(NEEDS_SECRET)
    expect(() => parseConfig({ ...secretless, limits: 'redis://127.0.0.1' })).toThrow(NEEDS_SECRET)
    expect(() => parseConfig({ ...secretless, store: 'memory', limits: 'memory' })).not.toThrow()
  })

  it.each([
    'memory',
    'sqlite:./gateway.db',
    'sqlite::memory:',
    'postgres://u:p@h:5432/d',
    'postgresql://h/d',
  ])('%s can be named', (store) => {
    expect(
      parseConfig({ ...BASE_CONFIG, store, limits: 'rediss://u:p@h:6380/1', state: 'store' }),
    ).toMatchObject({
      store,
    })
  })

  it('that are named must be given where nobody opens them', () => {
    const opened = 'is opened by the command only: in code, open the store yourself and give it as stores'
    const { keys, ledger, limits } = createMemoryStore({ now: () => 0, secret: '' })
    const named = { ...BASE_CONFIG, store: 'postgres://u:p@h/d', limits: 'redis://h' }
    expect(problemsOf(named)).toEqual([`store: ${opened}`, `limits: ${opened}`])
    expect(problemsOf({ ...named, stores: { keys, ledger, limits } })).toEqual([])
  })

  it('an outbox that is named must be given where nobody opens it', () => {
    const named = { ...BASE_CONFIG, outbox: 'sqlite:./outbox.db' }
    expect(parseConfig(named)).toMatchObject({ outbox: named.outbox })
    expect(problemsOf(named)).toEqual([
      'outbox: is opened by the command only: in code, open it yourself and give the open one in its place',
    ])
    for (const outbox of ['memory', createMemoryOutbox(1)])
      expect(problemsOf({ ...BASE_CONFIG, outbox })).toEqual([])
  })

  it('show no password in what is wrong with them', () => {
    const problems = problemsWith({ store: 'postgres:u:hunter2@h', limits: 'http://u:hunter2@h' })
    expect(problems).toHaveLength(2)
    expect(problems.join()).not.toContain('hunter2')
  })
})

describe('the rest', () => {
  it.each<[object, string]>([
    [
      { store: 'paper' },
      'store: must be "memory", "sqlite:FILE" or "postgres://USER:PASSWORD@HOST/DATABASE"',
    ],
    [{ limits: 'postgres://x' }, 'limits: must be "memory" or "redis://USER:PASSWORD@HOST"'],
    [{ outbox: 'postgres://x' }, 'outbox: must be "memory" or "sqlite:FILE"'],
    [{ state: 'memory' }, 'state: must be one of "limits","store"'],
    [{ responses: { state: 'on' } }, 'responses.state: must be one of "vendor","gateway","off"'],
    [{ responses: { ttlMs: 0 } }, 'responses.ttlMs: must be more than 0'],
    [{ retentionDays: 0 }, 'retentionDays: must be more than 0'],
    [{ maxBodyBytes: '1' }, 'maxBodyBytes: must be a number'],
    [{ timeouts: { idleMs: -1 } }, 'timeouts.idleMs: must be at least 0'],
    [{ cors: {} }, 'cors.origins: must be "*" or a list of origins'],
    [{ cors: { origins: [1] } }, 'cors.origins[0]: must be a text'],
    [{ keySecret: 'short' }, 'keySecret: is too short'],
    [{ models: undefined }, 'models: is missing'],
    [{ upstreams: [] }, 'upstreams: must be an object'],
  ])('%j is refused', (change, problem) => {
    expect(problemsWith(change)).toContain(problem)
  })

  it('is refused when it is nothing like a configuration', () => {
    for (const config of [{}, { upstreams: null, models: 'x', accounts: 5 }]) {
      expect(problemsOf(config).length).toBeGreaterThanOrEqual(2)
    }
  })
})
