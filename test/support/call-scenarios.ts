import type { Hooks } from '../../src/index.js'
import { defer, eventually } from '../contracts/http-server.js'
import { limitRequest } from '../contracts/samples.js'
import { CHAT, chatAnswer, chatStream, chunk, data, MESSAGES, RESPONSES, stream, whole } from './calls.js'
import {
  BASE_CONFIG,
  createTestGateway,
  KEY,
  type Overrides,
  PRICE,
  type TestGateway,
  VENDOR_KEY,
} from './test-gateway.js'
import { startSocketGateway } from './web-socket.js'

/** What must be in no log, span or metric. */
export const PROMPT = 'the secret recipe of my grandmother'
export const SECRETS: readonly string[] = [PROMPT, KEY, VENDOR_KEY]

/** One kind of call, and what its end must say. */
export interface CallScenario {
  readonly name: string
  /** Makes one call and waits for its end. */
  readonly run: (hooks: Hooks) => Promise<unknown>
  readonly status: 'completed' | 'failed' | 'aborted'
  readonly httpStatus: number
  readonly errorCode?: string
  /** Times that a vendor was called. */
  readonly attempts: number
}

export const USAGE = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 40 },
  completion_tokens_details: { reasoning_tokens: 5 },
} as const
/** 60 + 40 / 10 for the input, 2 × 20 for the output. */
export const COST_MICRO = 104

const asked = (more: object = {}): object => ({ ...CHAT.request(PROMPT), ...more })
const down = whole({ error: { message: 'down' } }, 500)
/** What vendors say that quote what they were asked. */
const ECHO = { error: { message: `Could not process the input: ${PROMPT}`, type: PROMPT, code: PROMPT } }

/** A model with a second place to go to. */
export const TWO_PLACES: Overrides = {
  upstreams: {
    first: { vendor: 'openai', protocol: 'openai-chat', apiKey: VENDOR_KEY },
    second: {
      vendor: 'mistral',
      protocol: 'openai-chat',
      baseUrl: 'https://second.example/v1',
      apiKey: VENDOR_KEY,
    },
  },
  models: [
    {
      id: 'test/chat',
      candidates: [
        { upstream: 'first', model: 'gpt-a' },
        { upstream: 'second', model: 'mistral-b' },
      ],
      price: PRICE,
    },
  ],
}

type Play = (tested: TestGateway) => unknown

const over =
  (overrides: Overrides, play: Play) =>
  async (hooks: Hooks): Promise<void> => {
    await play(createTestGateway({ ...overrides, hooks }))
  }

const never = new Promise<never>(() => undefined)

/** Calls of every kind, each by a gateway of its own. */
export const CALLS: readonly CallScenario[] = [
  {
    name: 'a whole answer',
    run: over({}, ({ vendor, post }) => {
      vendor.play(chatAnswer(USAGE))
      return post(CHAT.path, asked())
    }),
    status: 'completed',
    httpStatus: 200,
    attempts: 1,
  },
  {
    name: 'a stream',
    run: over({}, async ({ vendor, post, clock }) => {
      const head = defer()
      vendor.play({ ...stream(...chatStream(USAGE)), head: head.promise })
      const answer = post(CHAT.path, asked({ stream: true }))
      await eventually(() => vendor.calls.length === 1)
      clock.advance(250)
      head.resolve()
      return answer
    }),
    status: 'completed',
    httpStatus: 200,
    attempts: 1,
  },
  {
    name: 'an error of the vendor',
    run: over({}, ({ vendor, post }) => {
      vendor.play(down)
      return post(CHAT.path, asked())
    }),
    status: 'failed',
    httpStatus: 502,
    errorCode: 'provider_error',
    attempts: 1,
  },
  {
    name: 'a stream that breaks',
    run: over({}, ({ vendor, post }) => {
      vendor.play(stream(chunk({ content: 'hel' }), { fault: 'reset' }))
      return post(CHAT.path, asked({ stream: true }))
    }),
    status: 'failed',
    httpStatus: 502,
    errorCode: 'upstream_stream_truncated',
    attempts: 1,
  },
  {
    name: 'an error of a vendor that quotes the prompt',
    run: over({}, ({ vendor, post }) => {
      vendor.play(whole(ECHO, 500))
      return post(CHAT.path, asked())
    }),
    status: 'failed',
    httpStatus: 502,
    errorCode: 'provider_error',
    attempts: 1,
  },
  {
    name: 'a refusal of our key that quotes the prompt',
    run: over({}, ({ vendor, post }) => {
      vendor.play(whole(ECHO, 401))
      return post(CHAT.path, asked())
    }),
    status: 'failed',
    httpStatus: 502,
    errorCode: 'provider_error',
    attempts: 1,
  },
  {
    name: 'a translated stream that an overloaded vendor refuses with the prompt',
    run: over({}, ({ vendor, post }) => {
      vendor.play(whole({ type: 'error', ...ECHO }, 503))
      return post(CHAT.path, asked({ model: MESSAGES.model, stream: true }))
    }),
    status: 'failed',
    httpStatus: 503,
    errorCode: 'server_is_overloaded',
    attempts: 1,
  },
  {
    name: 'a stream that ends in an error with the prompt',
    run: over({}, ({ vendor, post }) => {
      vendor.play(stream(chunk({ content: 'hel' }), data(ECHO)))
      return post(CHAT.path, asked({ stream: true }))
    }),
    status: 'failed',
    httpStatus: 502,
    errorCode: 'provider_error',
    attempts: 1,
  },
  {
    name: 'a client that leaves in the middle of a stream',
    run: over({ timeouts: { commitMs: 0 } }, async ({ vendor, open }) => {
      vendor.play(stream(chunk({ content: 'hello' }), never))
      const answer = await open(CHAT.path, asked())
      await answer.next()
      await answer.leave()
    }),
    status: 'aborted',
    httpStatus: 499,
    attempts: 1,
  },
  {
    name: 'a client that leaves before there is an answer',
    run: over({}, async ({ vendor, handle }) => {
      const client = new AbortController()
      vendor.play({ ...chatAnswer(USAGE), head: never })
      const answer = handle(CHAT.path, { body: asked(), signal: client.signal })
      await eventually(() => vendor.calls.length === 1)
      client.abort()
      return answer
    }),
    status: 'aborted',
    httpStatus: 499,
    attempts: 1,
  },
  {
    name: 'a fallback',
    run: over(TWO_PLACES, ({ vendor, post }) => {
      vendor.play(down, chatAnswer(USAGE))
      return post(CHAT.path, asked())
    }),
    status: 'completed',
    httpStatus: 200,
    attempts: 2,
  },
  {
    name: 'a field that the vendor refuses',
    run: over({}, ({ vendor, post }) => {
      const error = { message: "Unsupported parameter: 'reasoning.summary'", param: 'reasoning.summary' }
      vendor.play(
        whole({ error: { ...error, type: 'invalid_request_error', code: 'unsupported_value' } }, 400),
      )
      return post(RESPONSES.path, {
        ...RESPONSES.request(PROMPT),
        reasoning: { effort: 'low', summary: 'auto' },
      })
    }),
    status: 'completed',
    httpStatus: 200,
    attempts: 2,
  },
  {
    name: 'an unknown key',
    run: over({}, ({ post }) => post(CHAT.path, asked(), { authorization: 'Bearer cm-key-of-nobody' })),
    status: 'failed',
    httpStatus: 401,
    errorCode: 'invalid_api_key',
    attempts: 0,
  },
  {
    name: 'an empty balance',
    run: over({ account: { balanceMicro: 0 } }, ({ post }) => post(CHAT.path, asked())),
    status: 'failed',
    httpStatus: 402,
    errorCode: 'insufficient_balance',
    attempts: 0,
  },
  {
    name: 'a full rate limit',
    run: over({ key: { rpm: 1 } }, ({ stores, post }) => {
      stores.limits.take(limitRequest({ keyId: 'key_acme', rpm: 1 }))
      return post(CHAT.path, asked())
    }),
    status: 'failed',
    httpStatus: 429,
    errorCode: 'rate_limit_exceeded',
    attempts: 0,
  },
  {
    name: 'an unknown model',
    run: over({}, ({ post }) => post(CHAT.path, asked({ model: 'no/such' }))),
    status: 'failed',
    httpStatus: 404,
    errorCode: 'model_not_found',
    attempts: 0,
  },
  {
    name: 'a body that is no JSON',
    run: over({}, ({ post }) => post(CHAT.path, 'no json')),
    status: 'failed',
    httpStatus: 400,
    errorCode: 'invalid_json',
    attempts: 0,
  },
  {
    name: 'a count of tokens',
    run: over({}, ({ post }) => post(`${MESSAGES.path}/count_tokens`, MESSAGES.request(PROMPT))),
    status: 'completed',
    httpStatus: 200,
    attempts: 1,
  },
  {
    name: 'a count of tokens of an unknown model',
    run: over({}, ({ post }) =>
      post(`${MESSAGES.path}/count_tokens`, { ...MESSAGES.request(PROMPT), model: 'no/such' }),
    ),
    status: 'failed',
    httpStatus: 404,
    errorCode: 'model_not_found',
    attempts: 0,
  },
  {
    name: 'a background response',
    run: over({}, async ({ post, gateway }) => {
      await post(RESPONSES.path, { ...RESPONSES.request(PROMPT), background: true })
      await gateway.close()
    }),
    status: 'completed',
    httpStatus: 200,
    attempts: 1,
  },
  {
    name: 'embeddings',
    run: over({}, ({ vendor, post }) => {
      vendor.play(whole({ object: 'list', data: [], model: 'vendor-chat', usage: { prompt_tokens: 7 } }))
      return post('/v1/embeddings', { model: CHAT.model, input: PROMPT })
    }),
    status: 'completed',
    httpStatus: 200,
    attempts: 1,
  },
  {
    name: 'a message of a socket',
    async run(hooks) {
      const { connect } = await startSocketGateway({ hooks })
      const socket = await connect()
      await socket.create({ model: RESPONSES.model, input: PROMPT })
    },
    status: 'completed',
    httpStatus: 200,
    attempts: 1,
  },
]

/** The scenario of a name. */
export function callOf(name: string): CallScenario {
  const found = CALLS.find((scenario) => scenario.name === name)
  if (found === undefined) throw new Error(`no scenario is named ${name}`)
  return found
}

/** Models of an upstream that clients may name as they like. */
export const WILDCARD: Overrides = {
  models: [...(BASE_CONFIG.models ?? []), { id: 'router/*', upstream: 'chat', model: '*', price: PRICE }],
}
