/** What goes wrong at the vendor. */
export type FaultId = keyof typeof FAULTS

/**
 * How a call ends for its client: with the whole answer, with a refusal, with a part of an answer and an error.
 * `statuses` are those of a refusal.
 */
export type Expected =
  | { readonly end: 'whole' }
  | { readonly end: 'cut' }
  | { readonly end: 'refused'; readonly statuses: readonly number[] }

/** One way of failing. */
export interface Fault {
  /** `first`: only the first try of a call. `home`: every try at the first place of a model. */
  readonly strikes: 'first' | 'home'
  /** What the client of a stream, or of a whole answer, is to see where the model has a single place. */
  readonly stream: Expected
  readonly whole: Expected
  /** The same where it has another place to go to. */
  readonly elsewhere: Expected
  /** True: nothing fails, it only takes its time. */
  readonly isHarmless?: true
  /** How often it is drawn, beside the others. */
  readonly weight: number
}

const WHOLE: Expected = { end: 'whole' }
const CUT: Expected = { end: 'cut' }

const healed = { stream: WHOLE, whole: WHOLE, elsewhere: WHOLE } as const
/** Bytes have gone out: nobody can take them back. A whole answer is tried again. */
const broken = { stream: CUT, whole: WHOLE, elsewhere: CUT } as const

function refused(...statuses: readonly number[]): Pick<Fault, 'stream' | 'whole'> {
  return { stream: { end: 'refused', statuses }, whole: { end: 'refused', statuses } }
}

/** The ways of failing, and what is to become of them. `elsewhere` of a broken stream holds for streams only. */
export const FAULTS = {
  latency: { ...healed, strikes: 'first', isHarmless: true, weight: 6 },
  drip: { ...healed, strikes: 'first', isHarmless: true, weight: 3 },
  'rate-limit': { ...healed, strikes: 'first', weight: 3 },
  'rate-limit-wait': { ...healed, strikes: 'first', weight: 2 },
  'rate-limit-long': { ...refused(429), elsewhere: WHOLE, strikes: 'home', weight: 2 },
  'error-500': { ...healed, strikes: 'first', weight: 2 },
  'error-503': { ...refused(503, 529), elsewhere: WHOLE, strikes: 'home', weight: 1 },
  'overloaded-529': { ...healed, strikes: 'first', weight: 2 },
  'cut-before-head': { ...healed, strikes: 'first', weight: 2 },
  'cut-in-answer': { ...broken, strikes: 'first', weight: 3 },
  malformed: { ...broken, strikes: 'first', weight: 2 },
  'truncated-json': { ...broken, strikes: 'first', weight: 2 },
  'error-in-stream': { ...broken, strikes: 'first', weight: 2 },
  'error-before-stream': { ...healed, strikes: 'first', weight: 1 },
  stall: { ...broken, strikes: 'first', weight: 1 },
  hang: { ...healed, strikes: 'first', weight: 1 },
  overflow: { ...refused(400), elsewhere: { end: 'refused', statuses: [400] }, strikes: 'first', weight: 2 },
} as const satisfies Readonly<Record<string, Fault>>

export const FAULT_IDS = Object.keys(FAULTS) as readonly FaultId[]

/** What a call depends on that decides how it may end. */
export interface CallFacts {
  readonly fault: FaultId | null
  readonly streamed: boolean
  /** The model has a second place. */
  readonly hasOther: boolean
}

/** How a call is to end for its client. */
export function expectedEnd({ fault, streamed, hasOther }: CallFacts): Expected {
  if (fault === null) return WHOLE
  const { stream, whole, elsewhere } = FAULTS[fault]
  if (!streamed && whole.end === 'whole') return WHOLE
  if (hasOther) return elsewhere
  return streamed ? stream : whole
}
