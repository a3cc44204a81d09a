import type { JsonObject } from '../../canonical/json.js'
import { echoRequest } from '../../protocols/openai-responses/response/snapshot.js'
import type { NumberedEvent } from './entries.js'
import { atStart, formatEvent } from './stream-events.js'

export interface DraftFacts {
  readonly id: string
  /** The model name that the client sees. */
  readonly model: string
  /** Seconds since the epoch. */
  readonly created: number
  readonly body: JsonObject
}

/** A background response before its vendor has said anything. */
export function draftResponse({ id, model, created, body }: DraftFacts): JsonObject {
  const links = {
    previous_response_id: body['previous_response_id'] ?? null,
    ...(body['conversation'] === undefined ? {} : { conversation: toObject(body['conversation']) }),
  }
  return {
    id,
    object: 'response',
    created_at: created,
    completed_at: null,
    status: 'queued',
    error: null,
    incomplete_details: null,
    model,
    output: [],
    usage: null,
    ...echoRequest({ body }),
    ...links,
    background: true,
    store: true,
  }
}

function toObject(conversation: JsonObject[string]): JsonObject[string] {
  return typeof conversation === 'string' ? { id: conversation } : conversation
}

/** How a response ended that has no answer. */
export type DraftEnd =
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly code: string; readonly message: string }

/** The end of a response whose process has ended first. */
export const LOST: DraftEnd = {
  status: 'failed',
  code: 'server_error',
  message: 'The gateway stopped before the response had ended.',
}

/** A response that ended without an answer. */
export function endDraft(draft: JsonObject, end: DraftEnd): JsonObject {
  const error = end.status === 'failed' ? { code: end.code, message: end.message } : null
  return { ...draft, status: end.status, error }
}

/** Type of the last event of a response's stream. */
export function endOf({ status }: JsonObject): string {
  return status === 'completed' || status === 'incomplete' ? `response.${status}` : 'response.failed'
}

/** The events that end a stream for which nobody else wrote an end, numbered after the last one (-1 = there is none). */
export function lastEvents(response: JsonObject, last: number): readonly NumberedEvent[] {
  const events: NumberedEvent[] = []
  const add = (type: string, shown: JsonObject): void => {
    const sequence = last + 1 + events.length
    events.push({ sequence, text: formatEvent({ type, response: shown, sequence_number: sequence }) })
  }
  if (last < 0) add('response.created', atStart(response))
  add(endOf(response), response)
  return events
}
