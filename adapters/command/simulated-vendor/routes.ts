import { chat } from './chat/index.js'
import { gemini } from './gemini/index.js'
import { messages } from './messages/index.js'
import type { VendorProtocol } from './protocol.js'
import { responses } from './responses/index.js'

/** What a path asks of which protocol. */
export interface Route {
  readonly protocol: VendorProtocol
  readonly operation: 'answer' | 'count' | 'models' | 'model'
  /** Empty where the body names the model. */
  readonly model: string
  readonly stream: boolean
}

interface Pattern {
  readonly method: 'GET' | 'POST'
  /** Its first group is the model. */
  readonly path: RegExp
  readonly protocol: VendorProtocol
  readonly operation: Route['operation']
  readonly stream?: boolean
}

const PATTERNS: readonly Pattern[] = [
  { method: 'POST', path: /^\/v1\/chat\/completions$/, protocol: chat, operation: 'answer' },
  { method: 'POST', path: /^\/v1\/responses$/, protocol: responses, operation: 'answer' },
  { method: 'POST', path: /^\/v1\/responses\/input_tokens$/, protocol: responses, operation: 'count' },
  { method: 'POST', path: /^\/v1\/messages$/, protocol: messages, operation: 'answer' },
  { method: 'POST', path: /^\/v1\/messages\/count_tokens$/, protocol: messages, operation: 'count' },
  {
    method: 'POST',
    path: /^\/v1beta\/models\/(.+):streamGenerateContent$/,
    protocol: gemini,
    operation: 'answer',
    stream: true,
  },
  { method: 'POST', path: /^\/v1beta\/models\/(.+):generateContent$/, protocol: gemini, operation: 'answer' },
  { method: 'POST', path: /^\/v1beta\/models\/(.+):countTokens$/, protocol: gemini, operation: 'count' },
  { method: 'GET', path: /^\/v1beta\/models$/, protocol: gemini, operation: 'models' },
  { method: 'GET', path: /^\/v1beta\/models\/(.+)$/, protocol: gemini, operation: 'model' },
  { method: 'GET', path: /^\/v1\/models$/, protocol: chat, operation: 'models' },
  { method: 'GET', path: /^\/v1\/models\/(.+)$/, protocol: chat, operation: 'model' },
]

/** Finds what a request asks for; on `/v1/models` the header tells the two vendors apart. */
export function matchRoute(
  method: string,
  path: string,
  headers: Readonly<Record<string, string | undefined>>,
): Route | undefined {
  for (const pattern of PATTERNS) {
    const match = pattern.method === method ? pattern.path.exec(path) : null
    if (match === null) continue
    const lists = pattern.operation === 'models' || pattern.operation === 'model'
    const anthropic = lists && pattern.protocol === chat && headers['anthropic-version'] !== undefined
    return {
      protocol: anthropic ? messages : pattern.protocol,
      operation: pattern.operation,
      model: match[1] ?? '',
      stream: pattern.stream ?? false,
    }
  }
  return undefined
}

/** The protocol whose error shape fits a path that leads nowhere. */
export function guessProtocol(path: string): VendorProtocol {
  if (path.startsWith('/v1beta/')) return gemini
  return path.startsWith('/v1/messages') ? messages : chat
}
