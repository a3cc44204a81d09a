import { type JsonObject, parseJson } from '../../canonical/json.js'
import { asNumber, asObject, asObjects, asText } from '../../canonical/narrow.js'

/** A response that is kept, with everything that led to it, so that it stands for itself. */
export interface StoredResponse {
  /** All that the model was given besides instructions: of earlier turns, too. Every item has an id. */
  readonly input: readonly JsonObject[]
  /** As the client saw it last. */
  readonly response: JsonObject
  /** Name of the upstream whose vendor keeps the response, too; null = only the gateway does. */
  readonly upstream: string | null
  /** The vendor's id of it, where that is another one. */
  readonly vendorId: string | null
  /** Its events are kept, under numbered pieces. */
  readonly hasEvents: boolean
}

/** A conversation that is kept. */
export interface StoredConversation {
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly metadata: JsonObject
  readonly items: readonly JsonObject[]
}

/** One event of a stream. */
export interface NumberedEvent {
  readonly sequence: number
  /** With its blank line. */
  readonly text: string
}

/** Reads what stands under a response's key; null for what is not ours. */
export function readResponse(text: string): StoredResponse | null {
  const entry = asObject(parseJson(text))
  const response = asObject(entry?.response)
  if (entry === undefined || response === undefined) return null
  return {
    input: asObjects(entry['input']),
    response,
    upstream: asText(entry['upstream']) ?? null,
    vendorId: asText(entry['vendorId']) ?? null,
    hasEvents: entry['hasEvents'] === true,
  }
}

/** Reads what stands under a conversation's key; null for what is not ours. */
export function readConversation(text: string): StoredConversation | null {
  const entry = asObject(parseJson(text))
  const createdAt = asNumber(entry?.createdAt)
  if (entry === undefined || createdAt === undefined) return null
  return { createdAt, metadata: asObject(entry['metadata']) ?? {}, items: asObjects(entry['items']) }
}

/** Reads a piece of a background stream. */
export function readPiece(text: string): readonly NumberedEvent[] {
  return asObjects(parseJson(text)).map((event) => ({
    sequence: asNumber(event['sequence']) ?? 0,
    text: asText(event['text']) ?? '',
  }))
}

const RUNNING: ReadonlySet<unknown> = new Set(['queued', 'in_progress'])

/** True for a background response that has no end yet. */
export function isRunning({ response }: StoredResponse): boolean {
  return RUNNING.has(response['status'])
}

/** The output items of a response. */
export function outputOf(response: JsonObject): readonly JsonObject[] {
  return asObjects(response['output'])
}
