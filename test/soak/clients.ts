import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, type Random } from '../crash/random.js'
import type { Agent, AgentOptions, Said } from './agents/agent.js'
import { createChatAgent } from './agents/chat.js'
import { createMessagesAgent } from './agents/messages.js'
import { createResponsesAgent } from './agents/responses.js'
import { createFetcher, type Fetcher } from './fetcher.js'
import { createGate, type Gate } from './gate.js'
import { type CallName, nameCall, type Plan, planCall } from './plan.js'
import { accountOf, keyOf, MODELS } from './setting.js'

/** How a call ended for its client; `late`: it did not end in time. */
export type ClientEnd = 'whole' | 'refused' | 'cut' | 'left' | 'late'

/** A call as its client saw it. */
export interface ClientCall {
  readonly name: string
  readonly account: string
  readonly client: string
  readonly model: string
  readonly end: ClientEnd
  /** 0 without an answer. */
  readonly status: number
  /** Names the record of the call; null where no head came. */
  readonly requestId: string | null
  /** Of an error. */
  readonly message: string | null
  readonly text: string
  readonly call: string | null
  readonly durationMs: number
  /** What the same request brought the second time; null = it was not sent again. */
  readonly repeated: { readonly replayed: boolean; readonly text: string } | null
  /** Tokens that were counted before it; null = they were not. */
  readonly counted: number | null
}

export interface CrowdOptions {
  /** Of the gateway. */
  readonly url: string
  readonly sessions: number
  readonly seed: number
  /** Least and most milliseconds before each call. */
  readonly thinkMs: readonly [number, number]
  /** No call may take longer. */
  readonly callMs: number
  /** Sessions begin within so long. */
  readonly beginMs: number
}

/** Sessions that work side by side. */
export interface Crowd {
  readonly calls: readonly ClientCall[]
  /** Lets no call begin; resolves when none is under way. */
  readonly pause: () => Promise<void>
  readonly resume: () => void
  /** Ends all sessions and closes their connections. */
  readonly stop: () => Promise<void>
}

type CreateAgent = (options: AgentOptions) => Agent

const CLIENTS: readonly (readonly [name: string, create: CreateAgent])[] = [
  ['chat', createChatAgent],
  ['messages', createMessagesAgent],
  ['responses', (options) => createResponsesAgent(options, false)],
  ['responses-stateful', (options) => createResponsesAgent(options, true)],
]

const BACKOFF_MS = 1000
const LINES = 'and a line of a file, as agents read many of them, with some words in it\n'

/** What one who works in the crowd shares with the others. */
interface Shared extends CrowdOptions {
  readonly fetcher: Fetcher
  readonly calls: ClientCall[]
  readonly gate: Gate
}

/** Starts the sessions. */
export function startCrowd(options: CrowdOptions): Crowd {
  const calls: ClientCall[] = []
  const fetcher = createFetcher()
  const gate = createGate()
  const shared: Shared = { ...options, fetcher, calls, gate }
  const sessions = Array.from({ length: options.sessions }, (_, session) => work(session, shared))
  return {
    calls,
    pause: gate.shut,
    resume: gate.open,
    async stop() {
      gate.end()
      await Promise.all(sessions)
      await fetcher.close()
    },
  }
}

async function work(session: number, shared: Shared): Promise<void> {
  const random = createRandom(shared.seed + session * 7919)
  await sleep(random.between(0, shared.beginMs))
  for (let task = 0; ; task += 1) {
    if (!(await doTask(session, task, { ...shared, random }))) return
  }
}

/** One task: a loop of tool calls that ends in words. False when the crowd goes home. */
async function doTask(
  session: number,
  task: number,
  shared: Shared & { readonly random: Random },
): Promise<boolean> {
  const { random } = shared
  const [client, create] = CLIENTS[(session + task) % CLIENTS.length] ?? ['chat', createChatAgent]
  const account = accountOf(session)
  const model = random.pick(MODELS) ?? ''
  const agent = create({
    url: shared.url,
    apiKey: keyOf(account, session),
    model,
    instructions: `You are the agent of session ${session}. ${LINES.repeat(random.between(40, 160))}`,
    fetch: shared.fetcher.fetch,
  })
  const turns = random.between(2, 9)
  const facts = { account: account.id, client, model }
  for (let turn = 0; turn < turns; turn += 1) {
    const content = LINES.repeat(random.between(5, 120))
    for (let retry = 0; ; retry += 1) {
      await sleep(random.between(...shared.thinkMs))
      if (!(await shared.gate.enter())) return false
      const name: CallName = { session, task, turn, retry, isLast: turn === turns - 1 }
      const call = await makeCall({ agent, name, content, facts }, shared).finally(shared.gate.leave)
      shared.calls.push(call)
      if (call.end === 'whole') break
      // The context is full, or there is no money: it begins anew.
      if (call.status === 400 || retry > 5) return true
      if (call.status === 429 || call.status === 402) await sleep(BACKOFF_MS * random.between(1, 4))
    }
  }
  return true
}

interface Making {
  readonly agent: Agent
  readonly name: CallName
  readonly content: string
  readonly facts: Pick<ClientCall, 'account' | 'client' | 'model'>
}

async function makeCall({ agent, name, content, facts }: Making, shared: Shared): Promise<ClientCall> {
  const plan = planCall(name, shared.seed)
  const said = `${content}\n${nameCall(name)}`
  const counted = plan.isCounted ? await countFirst(agent, said, { name, shared }) : null
  const first = await ask({ agent, said, name, plan }, shared)
  const base = { ...facts, name: nameCall(name), counted }
  // The agent has moved on: the same request is sent again as it was.
  const again = plan.isRepeated && first.end === 'whole' ? await shared.fetcher.repeat(first.exchange) : null
  const { exchange: _exchange, ...seen } = first
  return { ...base, ...seen, repeated: again }
}

interface Asking {
  readonly agent: Agent
  readonly said: string
  readonly name: CallName
  readonly plan: Plan
}

type Asked = Pick<ClientCall, 'end' | 'status' | 'requestId' | 'message' | 'text' | 'call' | 'durationMs'> & {
  readonly exchange: string
}

async function ask({ agent, said, name, plan }: Asking, { fetcher, callMs }: Shared): Promise<Asked> {
  const leaving = new AbortController()
  const deadline = new AbortController()
  const leave =
    plan.leavesAfterMs === null ? undefined : setTimeout(() => leaving.abort(), plan.leavesAfterMs)
  const late = setTimeout(() => deadline.abort(), callMs)
  const startedAt = Date.now()
  const exchange = nameCall(name)
  const conclude = (end: ClientEnd, answer: Said | null, message: string | null = null): Asked => {
    const { status, requestId } = fetcher.seen(exchange)
    const { text = '', call = null } = answer ?? {}
    return { end, status, requestId, message, text, call, durationMs: Date.now() - startedAt, exchange }
  }
  try {
    const answer = await agent.say(said, {
      name: exchange,
      streamed: plan.streamed,
      headers: {
        ...fetcher.headersFor(exchange, plan.isSlow),
        ...(plan.isRepeated ? { 'idempotency-key': exchange } : {}),
      },
      signal: AbortSignal.any([leaving.signal, deadline.signal]),
    })
    return conclude('whole', answer)
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 300) : String(error)
    if (deadline.signal.aborted) return conclude('late', null, message)
    if (leaving.signal.aborted) return conclude('left', null)
    const { status } = fetcher.seen(exchange)
    return conclude(status >= 400 ? 'refused' : 'cut', null, message)
  } finally {
    clearTimeout(leave)
    clearTimeout(late)
  }
}

async function countFirst(
  agent: Agent,
  said: string,
  { name, shared }: { readonly name: CallName; readonly shared: Shared },
): Promise<number | null> {
  if (agent.count === null) return null
  const exchange = `${nameCall(name)}-count`
  const options = { name: exchange, streamed: false, signal: AbortSignal.timeout(shared.callMs) }
  try {
    return await agent.count(said, { ...options, headers: shared.fetcher.headersFor(exchange, false) })
  } catch {
    // Counting has limits of its own; any other refusal is a fault.
    return shared.fetcher.seen(exchange).status === 429 ? null : 0
  }
}
