import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { isJsonObject, type JsonObject, type JsonValue, parseJson, type Usage } from '../../../src/index.js'
import type { Answer } from '../../../adapters/command/simulated-vendor/answer.js'
import { fingerprint } from '../../../adapters/command/simulated-vendor/fingerprint.js'
import { countParts } from '../../../adapters/command/simulated-vendor/fit-parts.js'
import { VendorProblem } from '../../../adapters/command/simulated-vendor/problem.js'
import type { VendorProtocol } from '../../../adapters/command/simulated-vendor/protocol.js'
import {
  countPrompt,
  type Question,
  type ReasoningWish,
} from '../../../adapters/command/simulated-vendor/question.js'
import { guessProtocol, matchRoute, type Route } from '../../../adapters/command/simulated-vendor/routes.js'
import { listen, type TestServer } from '../../contracts/http-server.js'
import type { UpstreamId } from '../upstreams.js'
import { takeTurn, type Turn } from './agent.js'
import { cutEvents, type Fault, FULL_TOKENS, problemOf } from './faults.js'
import { findSeals } from './seals.js'
import type { Step, Task } from './toolbox.js'

/** A call that the vendor answered, and what it counted. */
export interface VendorCall {
  readonly body: JsonObject
  /** Undefined for words alone. */
  readonly step: Step | undefined
  readonly reasoning: ReasoningWish
  /** Earlier reasoning, of which the request brings this much back. */
  readonly returned: number
  /** Of the answer as a whole, however much of it went out. */
  readonly usage: Usage
  readonly outcome: 'complete' | Fault
}

/** A vendor that works on a task, whatever the client and the protocol. */
export interface ScriptedAgent extends TestServer {
  readonly calls: readonly VendorCall[]
  /** Requests that it refused, and history that is not as it wrote it. */
  readonly complaints: readonly string[]
}

export interface AgentOptions {
  readonly upstream: UpstreamId
  readonly task: Task
  /** Each happens once, at the first call that would do the step. */
  readonly faults: Readonly<Partial<Record<Step, Fault>>>
}

interface State extends AgentOptions {
  readonly calls: VendorCall[]
  readonly complaints: string[]
  readonly seals: Set<string>
  readonly pending: Map<Step, Fault>
}

/** Starts the vendor on a free port of the loopback address. */
export async function startScriptedAgent(options: AgentOptions): Promise<ScriptedAgent> {
  const pending = new Map(Object.entries(options.faults) as [Step, Fault][])
  const state: State = { ...options, calls: [], complaints: [], seals: new Set(), pending }
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing, state).catch(() => outgoing.destroy())
  })
  const { url, close } = await listen(server)
  return { url, close, calls: state.calls, complaints: state.complaints }
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, state: State): Promise<void> {
  const { method = 'GET', url = '/' } = incoming
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  )
  const [path = ''] = url.split('?', 1)
  const route = matchRoute(method, path, headers)
  const protocol = route?.protocol ?? guessProtocol(path)
  const body = parseJson(await text(incoming))
  try {
    if (route === undefined || !isJsonObject(body)) throw new VendorProblem(404, `No ${method} ${path} here.`)
    await answer({ route, body, headers, outgoing }, state)
  } catch (error) {
    if (!(error instanceof VendorProblem)) throw error
    if (!EXPECTED.has(error) && !isNegotiation(body))
      state.complaints.push(`${error.status} ${error.message}`)
    const id = fingerprint(error.message)
    const head = { 'content-type': 'application/json', ...protocol.renderHeaders(id, error.status) }
    outgoing.writeHead(error.status, head).end(JSON.stringify(protocol.renderProblem(error, id)))
  }
}

/** Asks for what a vendor may keep between requests: one that keeps nothing says so, and is told the whole. */
function isNegotiation(body: JsonValue | undefined): boolean {
  return isJsonObject(body) && (body.thread !== undefined || typeof body.previous_response_id === 'string')
}

interface Exchange {
  readonly route: Route
  readonly body: JsonObject
  readonly headers: Readonly<Record<string, string>>
  readonly outgoing: ServerResponse
}

/** Problems of the script, not of the request. */
const EXPECTED = new WeakSet<VendorProblem>()

async function answer({ route, body, headers, outgoing }: Exchange, state: State): Promise<void> {
  const { protocol, model: pathModel, stream: pathStream } = route
  const operation = route.operation === 'count' ? 'count' : 'answer'
  const question = protocol.readQuestion({ body, headers, operation, pathModel, pathStream })
  if (operation === 'count') {
    outgoing.writeHead(200, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify(protocol.renderCount(countPrompt(question))))
    return
  }
  const returned = countReturned(body, state)
  const id = fingerprint(String(state.calls.length), JSON.stringify(body))
  const turn = takeTurn(question, state.task, id)
  const fault = takeFault(turn, state)
  const problem = fault && problemOf(fault, state.upstream)
  const promptTokens = fault === 'full' ? FULL_TOKENS : countPrompt(question)
  const usage = countUsage(promptTokens, turn, state)
  const { reasoning } = question
  state.calls.push({ body, step: turn.move?.step, reasoning, returned, usage, outcome: fault ?? 'complete' })
  if (problem !== undefined) {
    EXPECTED.add(problem)
    throw problem
  }
  for (const part of turn.parts) {
    if (part.type === 'reasoning') state.seals.add(state.upstream === 'openai-chat' ? part.text : part.seal)
  }
  await write(toAnswer({ question, turn, usage, id }), { protocol, outgoing, fault })
}

function takeFault({ move }: Turn, { pending }: State): Fault | undefined {
  if (move === undefined) return undefined
  const fault = pending.get(move.step)
  pending.delete(move.step)
  return fault
}

/** Reasoning state that this vendor did not write must never come to it. */
function countReturned(body: JsonObject, { seals, complaints }: State): number {
  const found = findSeals(body)
  for (const seal of found) {
    if (!seals.has(seal)) complaints.push(`foreign reasoning state: ${seal.slice(0, 40)}`)
  }
  return found.length
}

/** Of each prompt after the first a half was cached; the protocol that counts what is written there counts a tenth. */
function countUsage(inputTokens: number, { parts }: Turn, { calls, upstream }: State): Usage {
  return {
    inputTokens,
    cacheReadTokens: calls.length === 0 ? 0 : Math.floor(inputTokens / 2),
    cacheWriteTokens: upstream === 'anthropic-messages' ? Math.floor(inputTokens / 10) : 0,
    cacheWriteLongTokens: 0,
    outputTokens: countParts(parts),
    reasoningTokens: countParts(parts.filter(({ type }) => type === 'reasoning')),
  }
}

interface Drawn {
  readonly question: Question
  readonly turn: Turn
  readonly usage: Usage
  readonly id: string
}

function toAnswer({ question, turn, usage, id }: Drawn): Answer {
  return {
    id,
    createdSeconds: 1_790_000_000,
    model: question.model,
    parts: turn.parts,
    finish: turn.move === undefined ? 'stop' : 'tool_calls',
    stopSequence: undefined,
    usage,
    question,
  }
}

interface Delivery {
  readonly protocol: VendorProtocol
  readonly outgoing: ServerResponse
  readonly fault: Fault | undefined
}

async function write(drawn: Answer, { protocol, outgoing, fault }: Delivery): Promise<void> {
  const { stream } = drawn.question
  const headers = protocol.renderHeaders(drawn.id, 200)
  outgoing.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json', ...headers })
  const events = stream ? protocol.renderEvents(drawn) : [JSON.stringify(protocol.renderBody(drawn))]
  for (const event of fault === 'cut' ? cutEvents(events) : events) {
    if (!outgoing.write(event)) await once(outgoing, 'drain')
  }
  if (fault !== 'cut') outgoing.end()
  else setTimeout(() => outgoing.destroy(), 50)
}
