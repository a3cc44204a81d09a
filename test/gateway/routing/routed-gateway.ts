import type { GatewayConfig } from '../../../src/index.js'
import {
  chatAnswer,
  chatStream,
  CHAT,
  messagesAnswer,
  messagesStream,
  stream,
  whole,
} from '../../support/calls.js'
import type { Reply, VendorCall } from '../../support/scripted-vendor.js'
import { createTestGateway, type Overrides, PRICE, type TestGateway } from '../../support/test-gateway.js'

type ModelOverrides = Partial<GatewayConfig['models'][number]>

/** How a vendor answers its calls, one after the other; the last reply stands for all that follow. */
export type Script = readonly Reply[] | ((call: VendorCall) => Reply)

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const MESSAGES_USAGE = { input_tokens: 10, output_tokens: 5 }
/** What `answer` costs. */
export const COST = 10 + 2 * 5

/** An answer of a Chat vendor, streamed where the call asks for it. */
export const answer = ({ json }: VendorCall): Reply =>
  json.stream === true ? stream(...chatStream(USAGE)) : chatAnswer(USAGE)

/** The same of a Messages vendor. */
const messagesReply = ({ json }: VendorCall): Reply =>
  json.stream === true
    ? stream(...messagesStream({ input_tokens: 10, output_tokens: 1 }, MESSAGES_USAGE))
    : messagesAnswer(MESSAGES_USAGE)

/** An HTTP error of a vendor. */
export function failure(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  code?: string,
): Reply {
  return whole({ error: { message: 'no', type: 'x', code: code ?? null } }, status, headers)
}

export interface RoutedGateway extends TestGateway {
  /** Names of the vendors that were called, in their order. */
  readonly visits: () => readonly string[]
  /** The key that each call was made with. */
  readonly keys: () => readonly (string | undefined)[]
  readonly script: (vendor: string, script: Script) => void
  readonly ask: (text?: string, more?: Readonly<Record<string, unknown>>) => ReturnType<TestGateway['post']>
}

const upstream = (name: string, more: Partial<GatewayConfig['upstreams'][string]> = {}) => ({
  protocol: 'openai-chat' as const,
  baseUrl: `https://${name}.example/v1`,
  apiKey: `key-of-${name}-123456`,
  ...more,
})

/** A gateway whose model `test/chat` is served by vendors `a`, `b` (Chat) and `m` (Messages); each answers well unless scripted. */
export function createRoutedGateway(overrides: Overrides = {}, model: ModelOverrides = {}): RoutedGateway {
  const tested = createTestGateway({
    upstreams: {
      a: upstream('a'),
      b: upstream('b'),
      m: upstream('m', { protocol: 'anthropic-messages', baseUrl: 'https://m.example' }),
      keyed: upstream('keyed', { apiKeys: ['second-key-123456', 'third-key-1234567'] }),
    },
    models: [
      {
        id: CHAT.model,
        candidates: [
          { upstream: 'a', model: 'vendor-chat' },
          { upstream: 'b', model: 'vendor-chat' },
        ],
        price: PRICE,
        maxOutputTokens: 1000,
        ...model,
      },
    ],
    ...overrides,
  })
  const scripts = new Map<string, Script>([['m', messagesReply]])
  const counts = new Map<string, number>()
  const nameOf = ({ request }: VendorCall): string => new URL(request.url).hostname.split('.')[0] ?? ''
  tested.vendor.always((call) => {
    const name = nameOf(call)
    const script = scripts.get(name) ?? answer
    if (typeof script === 'function') return script(call)
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    return script[Math.min(count, script.length - 1)] ?? answer(call)
  })
  return {
    ...tested,
    visits: () => tested.vendor.calls.map(nameOf),
    keys: () =>
      tested.vendor.calls.map(({ request }) => request.headers['authorization']?.slice('Bearer '.length)),
    script: (vendor, script) => void scripts.set(vendor, script),
    ask: (text = 'hi', more = {}) => tested.post(CHAT.path, { ...CHAT.request(text), ...more }),
  }
}
