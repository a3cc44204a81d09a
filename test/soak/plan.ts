import { createRandom } from '../crash/random.js'
import { FAULT_IDS, FAULTS, type FaultId } from './faults.js'

/** What a call of a session is to be like; the vendor and the client both work it out from its name. */
export interface Plan {
  readonly fault: FaultId | null
  /** Words of the answer. */
  readonly words: number
  /** The answer calls the tool. */
  readonly calls: boolean
  readonly reasons: boolean
  readonly streamed: boolean
  /** The client leaves after so many milliseconds; null = it stays. */
  readonly leavesAfterMs: number | null
  /** It reads slowly. */
  readonly isSlow: boolean
  /** It is sent with an Idempotency-Key, and again. */
  readonly isRepeated: boolean
  /** Its tokens are counted before it. */
  readonly isCounted: boolean
}

/** Names one call: session, task, turn and try, all of which its plan depends on. */
export interface CallName {
  readonly session: number
  readonly task: number
  readonly turn: number
  readonly retry: number
  /** The answer is the last one of its task. */
  readonly isLast: boolean
}

const PATTERN = /c(\d+)x(\d+)x(\d+)x(\d+)x([01])z/g

/** The name as clients write it into a call: `c3x0x1x0x0z`. */
export function nameCall({ session, task, turn, retry, isLast }: CallName): string {
  return `c${session}x${task}x${turn}x${retry}x${isLast ? 1 : 0}z`
}

/** The call that a body is: the name that comes last in it, earlier ones are its history. */
export function findCall(body: string): CallName | null {
  const last = [...body.matchAll(PATTERN)].at(-1)
  if (last === undefined) return null
  const [, session, task, turn, retry, isLast] = last
  return {
    session: Number(session),
    task: Number(task),
    turn: Number(turn),
    retry: Number(retry),
    isLast: isLast === '1',
  }
}

const FAULT_SHARE = 0.3
const LEAVING_SHARE = 0.06
const SLOW_SHARE = 0.08
const REPEATED_SHARE = 0.15
const COUNTED_SHARE = 0.05

/** The plan of a call: the same for the same name and seed. What is tried again goes well. */
export function planCall({ session, task, turn, retry, isLast }: CallName, seed: number): Plan {
  const random = createRandom(
    [seed, session, task, turn, retry].reduce(
      (hash, part) => Math.imul(hash ^ part, 0x9e3779b1) ^ (hash >>> 13),
      7,
    ),
  )
  // The first numbers of seeds that are alike are alike.
  for (let skipped = 0; skipped < 5; skipped += 1) random.next()
  const drawn = random.next() < FAULT_SHARE ? (random.pick(WEIGHTED) ?? null) : null
  const isFirst = retry === 0
  const streamed = random.next() < 0.7
  const fault = isFirst ? drawn : null
  const leaves = isFirst && fault === null && random.next() < LEAVING_SHARE
  return {
    fault,
    words: random.between(5, 60),
    calls: !isLast,
    reasons: random.next() < 0.6,
    streamed,
    leavesAfterMs: leaves ? random.between(1, 900) : null,
    isSlow: streamed && random.next() < SLOW_SHARE,
    isRepeated: !streamed && !leaves && random.next() < REPEATED_SHARE,
    isCounted: random.next() < COUNTED_SHARE,
  }
}

const WEIGHTED: readonly FaultId[] = FAULT_IDS.flatMap((id) =>
  Array.from({ length: FAULTS[id].weight }, () => id),
)

/** The words of an answer. */
export function answerText(name: string, words: number): string {
  return Array.from({ length: words }, (_, index) => `${name.slice(1, -1)}.${index} `).join('')
}

/** Tokens that an answer is reported to have had; which of them apply is the protocol's matter. */
export function tokensOf({ turn }: CallName, plan: Plan, bodyLength: number): Tokens {
  const input = 100 + Math.floor(bodyLength / 4)
  return {
    input,
    cached: turn === 0 ? 0 : Math.floor(input / 2),
    written: Math.floor(input / 10),
    output: plan.words * 2 + (plan.reasons ? 30 : 0),
    reasoning: plan.reasons ? 30 : 0,
  }
}

interface Tokens {
  readonly input: number
  readonly cached: number
  readonly written: number
  readonly output: number
  readonly reasoning: number
}
