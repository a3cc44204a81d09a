import type { StreamPart } from '../../canonical/stream.js'
import type { Observation } from '../../protocols/protocol.js'
import type { AnswerFacts } from '../hooks.js'

/** Keeps what a vendor says of its answer, as it comes. */
export interface AnswerNotes {
  readonly note: (seen: Observation) => void
  readonly facts: () => AnswerFacts
}

/** What is said first stands: later events say it again, or not at all. */
export function createAnswerNotes(): AnswerNotes {
  let id: string | null = null
  let model: string | null = null
  const reasons = new Map<number, string>()
  return {
    note({ responseId, model: name, finishReasons, finishedIndexes }) {
      id ??= responseId ?? null
      model ??= name ?? null
      for (const [at, reason] of finishReasons?.entries() ?? []) {
        const index = finishedIndexes?.[at] ?? at
        if (!reasons.has(index)) reasons.set(index, reason)
      }
    },
    facts() {
      const ends = [...reasons].toSorted(([one], [other]) => one - other)
      return { id, model, finishReasons: ends.map(([, reason]) => reason) }
    },
  }
}

/** What a part of a decoded stream says: the same as the wire. */
export function observePart(part: Extract<StreamPart, { type: 'start' | 'finish' }>): Observation {
  if (part.type === 'finish') return part.finish.raw ? { finishReasons: [part.finish.raw] } : {}
  return {
    responseId: part.isIdOurs || part.id === '' ? undefined : part.id,
    model: part.isModelOurs || part.model === '' ? undefined : part.model,
  }
}

/** Of an answer that came in several: its first one names it, its last one says how it ended. */
export function joinFacts(one: AnswerFacts, other: AnswerFacts): AnswerFacts {
  return { id: one.id ?? other.id, model: one.model ?? other.model, finishReasons: other.finishReasons }
}
