import { isJsonObject, type JsonObject, type JsonValue } from '../../src/index.js'
import { replyTo } from '../../adapters/command/simulated-vendor/index.js'
import type { ModelConfig, UpstreamConfig } from '../../src/index.js'
import { PRICE, VENDOR_KEY } from '../support/test-gateway.js'
import type { VendorCall } from '../support/scripted-vendor.js'

/** A vendor of one protocol, as its preset knows it, answered by the simulated one. */
export interface Vendor {
  readonly upstream: UpstreamConfig
  /** A model that does everything that the protocol can. */
  readonly model: string
  /** Name of the conversation in a request. */
  readonly history: string
  /** Opaque reasoning state in the conversation, as it stands where the vendor wants it. */
  readonly stateOf: (history: readonly JsonObject[]) => readonly string[]
  /** The assistant's turn in an answer that is no stream. */
  readonly turnOf: (answer: JsonObject) => readonly JsonObject[]
  /** True: tells how long what it wrote to the cache lives, or that it wrote at all. */
  readonly cacheWrites: 'none' | 'total' | 'by-life'
}

const objects = (value: JsonValue | undefined): readonly JsonObject[] =>
  (Array.isArray(value) ? value : []).filter((item) => isJsonObject(item))

const texts = (...values: readonly (JsonValue | undefined)[]): readonly string[] =>
  values.filter((value) => typeof value === 'string' && value !== '') as string[]

const host = (name: string): string => `https://${name}.internal.example`

const chat: Omit<Vendor, 'upstream' | 'model'> = {
  history: 'messages',
  stateOf: (history) => history.flatMap((message) => texts(message['reasoning_content'])),
  turnOf: (answer) => objects(answer['choices']).flatMap((choice) => objects([choice['message'] ?? null])),
  cacheWrites: 'total',
}

export const VENDORS = {
  chat: {
    ...chat,
    upstream: {
      vendor: 'openai',
      protocol: 'openai-chat',
      baseUrl: `${host('chat')}/v1`,
      apiKey: VENDOR_KEY,
    },
    model: 'gpt-4.1',
  },
  responses: {
    upstream: {
      vendor: 'openai',
      protocol: 'openai-responses',
      baseUrl: `${host('responses')}/v1`,
      apiKey: VENDOR_KEY,
    },
    model: 'gpt-5.5',
    history: 'input',
    stateOf: (history) => history.flatMap((item) => texts(item['encrypted_content'])),
    turnOf: (answer) => objects(answer['output']),
    cacheWrites: 'total',
  },
  messages: {
    upstream: {
      vendor: 'anthropic',
      protocol: 'anthropic-messages',
      baseUrl: host('messages'),
      apiKey: VENDOR_KEY,
    },
    model: 'claude-sonnet-4-6',
    history: 'messages',
    stateOf: (history) =>
      history.flatMap(({ content }) => objects(content)).flatMap((block) => texts(block['signature'])),
    turnOf: (answer) => [answer],
    cacheWrites: 'by-life',
  },
  gemini: {
    upstream: { vendor: 'gemini', protocol: 'gemini', baseUrl: host('gemini'), apiKey: VENDOR_KEY },
    model: 'gemini-3.1-pro-preview',
    history: 'contents',
    stateOf: (history) =>
      history
        .flatMap(({ parts }) => objects(parts))
        .filter((part) => part['functionCall'] !== undefined)
        .flatMap((part) => texts(part['thoughtSignature'])),
    turnOf: (answer) =>
      objects(answer['candidates']).flatMap((candidate) => objects([candidate['content'] ?? null])),
    cacheWrites: 'none',
  },
} as const satisfies Readonly<Record<string, Vendor>>

/** A Chat vendor that wants its reasoning back. */
export const DEEPSEEK: Vendor = {
  ...chat,
  upstream: {
    vendor: 'deepseek',
    protocol: 'openai-chat',
    baseUrl: `${host('deepseek')}/v1`,
    apiKey: VENDOR_KEY,
  },
  model: 'deepseek-v4-pro',
}

export type VendorName = keyof typeof VENDORS

/** The catalogue entry of a vendor's model. */
export function modelOf(name: string, { model }: Vendor): ModelConfig {
  return {
    id: `pair/${name}`,
    upstream: name,
    model,
    price: PRICE,
    maxOutputTokens: 64_000,
    contextWindowTokens: 400_000,
  }
}

/** The conversation in a request that the vendor got. */
export function historyOf(vendor: Vendor, call: VendorCall): readonly JsonObject[] {
  return objects((call.json as JsonObject)[vendor.history])
}

/** The assistant's turn that the vendor answered a call with, streamed or not: it answers the same question alike. */
export function answeredTurn(vendor: Vendor, { request, json }: VendorCall): readonly JsonObject[] {
  const { pathname } = new URL(request.url)
  const { stream: _stream, stream_options: _options, ...body } = json as JsonObject
  const reply = replyTo({
    method: 'POST',
    path: pathname.replace('streamGenerateContent', 'generateContent'),
    headers: request.headers,
    body: JSON.stringify(body),
  })
  return vendor.turnOf(JSON.parse(reply.events.join('')) as JsonObject)
}
