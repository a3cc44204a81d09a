import { type JsonObject, parseJson } from '../../canonical/json.js'
import { asObject } from '../../canonical/narrow.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { Observation, UpstreamWire } from '../../protocols/protocol.js'
import { createTokenCounter } from '../../usage/estimate.js'
import type { Progress } from './answer.js'
import { createAnswerNotes } from './answer-facts.js'

/** What a body is that is no answer (an HTML page). */
export const GARBAGE: UpstreamError = { kind: 'garbage', message: '' }

/** A vendor's answer in one piece. */
export interface WholeAnswer {
  /** Undefined for a body that is no JSON object. */
  readonly json: JsonObject | undefined
  readonly progress: Progress
}

/** Reads a body as the vendor's wire sees it. Its output is counted only when metering asks for it. */
export function readWhole(text: string, upstream: UpstreamWire): WholeAnswer {
  const json = asObject(parseJson(text))
  const seen: Observation = json === undefined ? { error: GARBAGE } : upstream.observeResponse(json)
  const { error, usage } = seen
  const notes = createAnswerNotes()
  notes.note(seen)
  return {
    json,
    progress: {
      phase: 'finished',
      error: error ?? null,
      usage: usage ?? null,
      answer: notes.facts,
      countOutput() {
        const counter = createTokenCounter()
        if (json !== undefined) counter.add(upstream.responseText(json))
        return counter.tokens()
      },
    },
  }
}
