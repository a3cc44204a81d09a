import type { JsonObject } from '../../../src/index.js'
import type { Answer } from './answer.js'
import type { VendorProblem } from './problem.js'
import type { Question } from './question.js'

/** What a protocol reads a question from. */
export interface VendorCall {
  readonly body: JsonObject
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** `count` asks only for the tokens of the prompt. */
  readonly operation: 'answer' | 'count'
  /** Of the path, where the protocol has it there. */
  readonly pathModel: string
  /** Of the path, where the protocol has it there. */
  readonly pathStream: boolean
}

/** One of the four protocols. Every function is pure; `readQuestion` throws a {@link VendorProblem}. */
export interface VendorProtocol {
  /** The key that a request presents, wherever the protocol puts it. */
  readKey(headers: VendorCall['headers'], query: URLSearchParams): string | undefined
  readQuestion(call: VendorCall): Question
  /** The answer in one piece. */
  renderBody(answer: Answer): JsonObject
  /** The answer as server-sent events, one string each, in their order. */
  renderEvents(answer: Answer): readonly string[]
  /** An error answer. */
  renderProblem(problem: VendorProblem, requestId: string): JsonObject
  /** The event by which a stream says that it failed after `position` events. */
  renderProblemEvent(problem: VendorProblem, answer: Answer, position: number): string
  /** The answer to a request that only counts. */
  renderCount(tokens: number): JsonObject
  renderModel(id: string): JsonObject
  renderModels(ids: readonly string[]): JsonObject
  /** How the protocol refuses a request without a good key. */
  readonly badKey: { readonly status: number; readonly code: string }
  /** Headers of every answer: request id, limits, when to retry. */
  renderHeaders(requestId: string, status: number): Readonly<Record<string, string>>
}
