import { isJsonObject, type JsonObject, parseJson } from '../../../src/index.js'
import type { Answer } from './answer.js'
import { composeAnswer } from './compose-answer.js'
import { readDirectives, type Directives, type ErrorDirective } from './directives.js'
import { fingerprint } from './fingerprint.js'
import { VendorProblem, invalid } from './problem.js'
import type { VendorProtocol } from './protocol.js'
import { countPrompt, lastUserText } from './question.js'
import { guessProtocol, matchRoute, type Route } from './routes.js'

/** A request to the vendor, as plain data. */
export interface VendorRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** How the vendor is set up. */
export interface VendorOptions {
  /** The only key that is good; without it every request is. */
  readonly expectedKey?: string | undefined
}

/** The vendor's answer and the way it is to be delivered. A body that is no stream is one event. */
export interface VendorReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly events: readonly string[]
  readonly delivery: Delivery
}

interface Delivery {
  /** Silence before each event. */
  readonly delayMs: number
  /** What happens after the last event that is delivered. */
  readonly ending: 'complete' | 'cut' | 'stall'
}

const AT_ONCE: Delivery = { delayMs: 0, ending: 'complete' }
const MODELS = ['simulated-chat', 'simulated-responses', 'simulated-messages', 'simulated-gemini']

/** Answers a request: pure, never throws, the same for the same request. */
export function replyTo(request: VendorRequest, options: VendorOptions = {}): VendorReply {
  const [path = '', query = ''] = request.path.split('?', 2)
  const route = matchRoute(request.method, path, request.headers)
  const protocol = route?.protocol ?? guessProtocol(path)
  const requestId = fingerprint(request.method, request.path, request.body)
  const reply = answerOr(
    (): VendorReply => {
      if (route === undefined) throw new VendorProblem(404, 'There is nothing here.', { code: 'not_found' })
      checkKey(protocol, protocol.readKey(request.headers, new URLSearchParams(query)), options)
      return serve(route, request)
    },
    (problem) => replyJson(problem.status, protocol.renderProblem(problem, requestId)),
  )
  return { ...reply, headers: { ...protocol.renderHeaders(requestId, reply.status), ...reply.headers } }
}

function answerOr(answer: () => VendorReply, refuse: (problem: VendorProblem) => VendorReply): VendorReply {
  try {
    return answer()
  } catch (error) {
    return refuse(toProblem(error))
  }
}

function checkKey(protocol: VendorProtocol, key: string | undefined, { expectedKey }: VendorOptions): void {
  if (expectedKey === undefined || key === expectedKey) return
  const { status, code } = protocol.badKey
  throw new VendorProblem(status, 'The API key is missing or wrong.', { code })
}

function serve({ protocol, operation, ...named }: Route, request: VendorRequest): VendorReply {
  const pathModel = decodeURIComponent(named.model)
  if (operation === 'models') return replyJson(200, protocol.renderModels(MODELS))
  if (operation === 'model') return replyJson(200, protocol.renderModel(pathModel))
  const body = readBody(request.body)
  const call = { body, headers: request.headers, operation, pathModel, pathStream: named.stream }
  const question = protocol.readQuestion(call)
  if (operation === 'count') return replyJson(200, protocol.renderCount(countPrompt(question)))
  const directives = readDirectives(lastUserText(question.turns))
  const answer = composeAnswer(question, directives)
  const { error } = directives
  if (error !== undefined && (error.afterEvents === undefined || !question.stream)) throw told(error)
  return question.stream
    ? replyStream(protocol, answer, directives)
    : replyWhole(protocol, answer, directives)
}

function readBody(text: string): JsonObject {
  const body = parseJson(text)
  if (!isJsonObject(body)) throw invalid('The body is not a JSON object.', undefined, 'invalid_json')
  return body
}

function told({ status }: ErrorDirective): VendorProblem {
  return new VendorProblem(status, `The simulated vendor fails with ${status}, as it was told to.`)
}

/** Cut or stalled, an answer in one piece stops after its head. */
function replyWhole(protocol: VendorProtocol, answer: Answer, directives: Directives): VendorReply {
  const reply = replyJson(200, protocol.renderBody(answer))
  const ending = endingOf(directives)
  const events = ending === 'complete' ? reply.events : []
  return { ...reply, events, delivery: { delayMs: directives.delayMs, ending } }
}

function replyStream(protocol: VendorProtocol, answer: Answer, directives: Directives): VendorReply {
  const { error, cutAfterEvents, stall } = directives
  const whole = protocol.renderEvents(answer)
  const position = Math.min(error?.afterEvents ?? whole.length, whole.length)
  const events =
    error === undefined
      ? whole
      : [...whole.slice(0, position), protocol.renderProblemEvent(told(error), answer, position)]
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    events: events.slice(0, stall ? 1 : cutAfterEvents),
    delivery: { delayMs: directives.delayMs, ending: endingOf(directives) },
  }
}

function endingOf({ stall, cutAfterEvents }: Directives): Delivery['ending'] {
  if (stall) return 'stall'
  return cutAfterEvents === undefined ? 'complete' : 'cut'
}

function replyJson(status: number, body: JsonObject): VendorReply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    events: [JSON.stringify(body)],
    delivery: AT_ONCE,
  }
}

/** What is no problem of the request is one of the vendor, and says nothing more. */
function toProblem(error: unknown): VendorProblem {
  if (error instanceof VendorProblem) return error
  return new VendorProblem(500, 'The simulated vendor could not answer this.')
}
