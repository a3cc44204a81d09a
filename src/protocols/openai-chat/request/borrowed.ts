import { isJsonObject, type JsonObject } from '../../../canonical/json.js'
import { asObject } from '../../../canonical/narrow.js'
import type { BorrowedRequests } from '../../protocol.js'

/** Editors send agents' requests in the words of Responses to this endpoint, and read Chat answers. */
export const borrowed: BorrowedRequests = {
  wordsOf: ({ input, messages }) =>
    isInput(input) && !(Array.isArray(messages) && messages.length > 0) ? 'openai-responses' : null,
  // Answers of Chat have no ids that could be referred to.
  toBody: ({ messages: _none, ...body }) => ({ ...body, store: false }),
  complete: (request, body) => ({ ...request, includeUsage: asksForUsage(body) }),
}

function isInput(input: JsonObject[string] | undefined): boolean {
  return typeof input === 'string' || (Array.isArray(input) && input.every(isJsonObject))
}

function asksForUsage(body: JsonObject): boolean {
  return asObject(body['stream_options'])?.['include_usage'] === true
}
