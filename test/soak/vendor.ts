import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Part } from '../../adapters/command/simulated-vendor/answer.js'
import { fingerprint, seal } from '../../adapters/command/simulated-vendor/fingerprint.js'
import { VendorProblem } from '../../adapters/command/simulated-vendor/problem.js'
import type { VendorProtocol } from '../../adapters/command/simulated-vendor/protocol.js'
import { matchRoute } from '../../adapters/command/simulated-vendor/routes.js'
import { isJsonObject, parseJson, type Usage } from '../../src/index.js'
import { listen, type TestServer } from '../contracts/http-server.js'
import { FAULTS, type FaultId } from './faults.js'
import { answerText, findCall, nameCall, type Plan, planCall, tokensOf } from './plan.js'
import { WAITS } from './setting.js'

/** A call as the vendor saw it. */
export interface VendorCall {
  readonly name: string
  /** The fault that struck it. */
  readonly fault: FaultId | null
  /** What its whole answer was reported to have used. */
  readonly usage: Usage
  /** Everything of a good answer was handed over. */
  isWhole: boolean
}

/** A vendor of four protocols that fails as each call's plan says. */
export interface ChaosVendor extends TestServer {
  readonly calls: readonly VendorCall[]
  /** What no plan foresaw. */
  readonly complaints: readonly string[]
}

/** A connection that is closed while a call is on its way would be a fault that no plan knows. */
const KEEP_ALIVE_MS = 120_000

interface State {
  readonly seed: number
  readonly calls: VendorCall[]
  readonly complaints: string[]
  /** Tries of each call. */
  readonly tries: Map<string, number>
}

/** Starts it on a free port of the loopback address; `/home` and `/other` are its two places. */
export async function startChaosVendor(seed: number): Promise<ChaosVendor> {
  const state: State = { seed, calls: [], complaints: [], tries: new Map() }
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing, state).catch((error: unknown) => {
      if (!outgoing.destroyed) state.complaints.push(String(error))
      outgoing.destroy()
    })
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const { url, close } = await listen(server)
  return { url, close, calls: state.calls, complaints: state.complaints }
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, state: State): Promise<void> {
  const [, place = '', path = ''] = /^\/(\w+)(\/[^?]*)/.exec(incoming.url ?? '') ?? []
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  )
  const route = matchRoute(incoming.method ?? '', path, headers)
  const body = await text(incoming)
  const name = findCall(body)
  const json = parseJson(body)
  if (route === undefined || name === null || !isJsonObject(json)) {
    state.complaints.push(`${incoming.method} ${incoming.url} is no call of the plan`)
    outgoing.writeHead(404).end()
    return
  }
  const { protocol, model: pathModel, stream: pathStream } = route
  const operation = route.operation === 'count' ? 'count' : 'answer'
  try {
    const question = protocol.readQuestion({ body: json, headers, operation, pathModel, pathStream })
    if (operation === 'count') {
      const count = protocol.renderCount(Math.floor(body.length / 4))
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(count))
      return
    }
    const plan = planCall(name, state.seed)
    const fault = strike(nameCall(name), place, plan, state)
    const tokens = tokensOf(name, plan, body.length)
    const usage: Usage = {
      inputTokens: tokens.input,
      cacheReadTokens: tokens.cached,
      // Anthropic counts what is written to the cache.
      cacheWriteTokens: path.startsWith('/v1/messages') ? tokens.written : 0,
      cacheWriteLongTokens: 0,
      outputTokens: tokens.output,
      reasoningTokens: tokens.reasoning,
    }
    const call: VendorCall = { name: nameCall(name), fault, usage, isWhole: false }
    state.calls.push(call)
    const answer: Answer = {
      id: fingerprint(call.name, place),
      createdSeconds: 1_790_000_000,
      model: question.model,
      parts: composeParts(call.name, plan, question.reasoning !== 'unasked'),
      finish: plan.calls ? 'tool_calls' : 'stop',
      stopSequence: undefined,
      usage,
      question,
    }
    await deliver({ answer, protocol, outgoing, plan, fault }, call)
  } catch (error) {
    if (!(error instanceof VendorProblem)) throw error
    state.complaints.push(`${call400(error)}: ${body.slice(0, 300)}`)
    writeProblem({ protocol, outgoing }, error)
  }
}

function call400({ status, message }: VendorProblem): string {
  return `the vendor had to refuse a request with ${status} ${message}`
}

/** The fault that strikes this try; null = none. */
function strike(name: string, place: string, { fault }: Plan, { tries }: State): FaultId | null {
  const count = (tries.get(name) ?? 0) + 1
  tries.set(name, count)
  if (fault === null) return null
  const strikes = FAULTS[fault].strikes === 'home' ? place === 'home' : count === 1
  return strikes ? fault : null
}

function composeParts(name: string, plan: Plan, isAskedToReason: boolean): readonly Part[] {
  const id = (what: string): string => fingerprint(name, what)
  const reasoning: Part = {
    type: 'reasoning',
    text: `I think of ${name.slice(1, -1)} with care, and of what comes behind it, before I say anything.`,
    id: id('reasoning'),
    complete: true,
    seal: seal(name),
  }
  const words: Part = { type: 'text', text: answerText(name, plan.words), id: id('text'), complete: true }
  const input = JSON.stringify({ command: `cat ${name.slice(1, -1)}` })
  const call: Part = { type: 'call', name: 'run', form: 'function', input, id: id('call'), complete: true }
  return [...(plan.reasons && isAskedToReason ? [reasoning] : []), words, ...(plan.calls ? [call] : [])]
}

interface Delivery {
  readonly answer: Answer
  readonly protocol: VendorProtocol
  readonly outgoing: ServerResponse
  readonly plan: Plan
  readonly fault: FaultId | null
}

const PROBLEMS: Readonly<
  Partial<Record<FaultId, { readonly status: number; readonly message: string; readonly waitMs?: number }>>
> = {
  'rate-limit': { status: 429, message: 'Too many requests, slow down.' },
  'rate-limit-wait': { status: 429, message: 'Too many requests, wait.', waitMs: WAITS.shortMs },
  'rate-limit-long': { status: 429, message: 'Too many requests, wait long.', waitMs: WAITS.longMs },
  'error-500': { status: 500, message: 'Something is broken here.' },
  'error-503': { status: 503, message: 'The service is not available.' },
  'overloaded-529': { status: 529, message: 'Overloaded' },
  overflow: { status: 400, message: 'prompt is too long: 213462 tokens > 200000 maximum' },
}

/** Answers a call in the way that its fault wants it. */
async function deliver(delivery: Delivery, call: VendorCall): Promise<void> {
  const { answer, fault, outgoing, protocol } = delivery
  const problem = fault === null ? undefined : PROBLEMS[fault]
  if (problem !== undefined) {
    writeProblem(delivery, new VendorProblem(problem.status, problem.message), problem.waitMs)
    return
  }
  if (fault === 'cut-before-head') {
    outgoing.destroy()
    return
  }
  if (fault === 'hang') {
    await untilClosed(outgoing)
    return
  }
  if (fault === 'latency') await sleep(300 + call.name.length * 40)
  if (answer.question.stream) await deliverStream(delivery, call)
  else if (fault === 'error-in-stream' || fault === 'error-before-stream')
    writeProblem({ protocol, outgoing }, new VendorProblem(500, 'Something is broken here.'))
  else await deliverWhole(delivery, call)
}

const MALFORMED = 'data: {"id":"x","choices":[{"delta":{"content":"half a str\n\n'
/** So much of an answer has gone out when it breaks. */
const BROKEN_AT = 0.6
const WRITES = { apartMs: 25, dripMs: 120, most: 14 } as const

async function deliverStream(
  { answer, protocol, outgoing, fault }: Delivery,
  call: VendorCall,
): Promise<void> {
  const events = protocol.renderEvents(answer)
  const broken = isBreaking(fault) ? events.slice(0, Math.ceil(events.length * BROKEN_AT)) : events
  const failure = new VendorProblem(500, 'Something is broken here.')
  head(outgoing, protocol, { answer, type: 'text/event-stream' })
  if (fault === 'error-before-stream') {
    outgoing.end(protocol.renderProblemEvent(failure, answer, 0))
    return
  }
  const size = Math.max(1, Math.ceil(broken.length / WRITES.most))
  for (let from = 0; from < broken.length; from += size) {
    await sleep(fault === 'drip' ? WRITES.dripMs : WRITES.apartMs)
    if (outgoing.destroyed) return
    if (!outgoing.write(broken.slice(from, from + size).join(''))) {
      await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')])
    }
  }
  switch (fault) {
    case 'cut-in-answer':
      // What was written is still on its way.
      await sleep(50)
      outgoing.destroy()
      return
    case 'stall':
      await untilClosed(outgoing)
      return
    case 'malformed':
      outgoing.end(MALFORMED)
      return
    case 'truncated-json':
      outgoing.end((events[broken.length] ?? 'data: {"').slice(0, -20))
      return
    case 'error-in-stream':
      outgoing.end(protocol.renderProblemEvent(failure, answer, broken.length))
      return
    default:
      await finish(outgoing, call)
  }
}

async function deliverWhole(
  { answer, protocol, outgoing, plan, fault }: Delivery,
  call: VendorCall,
): Promise<void> {
  const body = JSON.stringify(protocol.renderBody(answer))
  const half = body.slice(0, Math.floor(body.length / 2))
  await sleep(plan.words * (fault === 'drip' ? 20 : 8))
  if (outgoing.destroyed) return
  head(outgoing, protocol, { answer, type: fault === 'malformed' ? 'text/html' : 'application/json' })
  switch (fault) {
    case 'cut-in-answer':
      outgoing.write(half)
      await sleep(50)
      outgoing.destroy()
      return
    case 'stall':
      outgoing.write(half)
      await untilClosed(outgoing)
      return
    case 'malformed':
      outgoing.end('<html><body>The service is being moved.</body></html>')
      return
    case 'truncated-json':
      outgoing.end(half)
      return
    default:
      outgoing.write(body)
      await finish(outgoing, call)
  }
}

const BREAKING: ReadonlySet<FaultId | null> = new Set<FaultId>([
  'cut-in-answer',
  'malformed',
  'truncated-json',
  'error-in-stream',
  'stall',
])

function isBreaking(fault: FaultId | null): boolean {
  return BREAKING.has(fault)
}

/** Whole before the last byte goes: the gateway may have settled by then. */
async function finish(outgoing: ServerResponse, call: VendorCall): Promise<void> {
  if (outgoing.destroyed) return
  call.isWhole = true
  outgoing.end()
  if (!outgoing.writableFinished && !outgoing.destroyed) await once(outgoing, 'close').catch(() => undefined)
  call.isWhole = outgoing.writableFinished
}

function head(
  outgoing: ServerResponse,
  protocol: VendorProtocol,
  { answer, type }: { readonly answer: Answer; readonly type: string },
): void {
  outgoing.writeHead(200, { ...protocol.renderHeaders(answer.id, 200), 'content-type': type })
  outgoing.flushHeaders()
}

function writeProblem(
  { protocol, outgoing }: Pick<Delivery, 'protocol' | 'outgoing'>,
  problem: VendorProblem,
  waitMs?: number,
): void {
  const id = fingerprint(problem.message)
  const { 'retry-after': _usual, ...headers } = protocol.renderHeaders(id, problem.status)
  outgoing.writeHead(problem.status, {
    ...headers,
    'content-type': 'application/json',
    ...(waitMs === undefined ? {} : { 'retry-after': String(waitMs / 1000) }),
  })
  outgoing.end(JSON.stringify(protocol.renderProblem(problem, id)))
}

async function untilClosed(outgoing: ServerResponse): Promise<void> {
  if (!outgoing.destroyed) await once(outgoing, 'close')
}
