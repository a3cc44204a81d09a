import type { Attributes } from '@opentelemetry/api'
import { type EndEvent, isJsonObject, type JsonObject, type PlaceFacts } from '../../../src/index.js'
import { errorTypeOf } from '../shared/error-type.js'
import { GEN_AI, GENERAL, generates, NO_END, operationOf, OWN, providerOf } from './names.js'

/** Fields of requests that are numbers, in the spellings of the protocols: none of them says what was asked. */
const NUMBERS: readonly (readonly [attribute: string, fields: readonly string[]])[] = [
  ['gen_ai.request.max_tokens', ['max_completion_tokens', 'max_output_tokens', 'max_tokens']],
  ['gen_ai.request.temperature', ['temperature']],
  ['gen_ai.request.top_p', ['top_p']],
  ['gen_ai.request.top_k', ['top_k']],
  ['gen_ai.request.frequency_penalty', ['frequency_penalty']],
  ['gen_ai.request.presence_penalty', ['presence_penalty']],
  ['gen_ai.request.seed', ['seed']],
]

/** Longest text of a client's that an attribute carries. */
const LONGEST = 256

/** What a request asks for, without its prompt. */
export function requestAttributes(body: JsonObject): Attributes {
  const attributes: Attributes = {}
  for (const [attribute, fields] of NUMBERS) {
    const value = fields.map((field) => body[field]).find((each) => typeof each === 'number')
    if (typeof value === 'number') attributes[attribute] = value
  }
  const { n: choices, conversation } = body
  if (typeof choices === 'number' && choices !== 1) attributes[GEN_AI.choiceCount] = choices
  const id = isJsonObject(conversation) ? conversation['id'] : conversation
  if (typeof id === 'string') attributes[GEN_AI.conversation] = id.slice(0, LONGEST)
  return attributes
}

/** What samplers decide by: known when the span is made. `requested`: the model as the client wrote it; "" = not known. */
export function identityAttributes(
  endpoint: string,
  requested: string,
  place: PlaceFacts | null,
): Attributes {
  return {
    [GEN_AI.operation]: operationOf(endpoint),
    ...(requested === '' ? {} : { [OWN.requestedModel]: requested.slice(0, LONGEST) }),
    ...(place === null ? {} : placeAttributes(place)),
  }
}

/** Where a call goes, and the vendor's own name of what it asks there. */
export function placeAttributes(place: PlaceFacts): Attributes {
  return {
    [GEN_AI.provider]: providerOf(place),
    [GEN_AI.requestModel]: place.vendorModel,
    ...serverAttributes(place),
  }
}

/** Host and port of the upstream. */
export function serverAttributes({ server }: Pick<PlaceFacts, 'server'>): Attributes {
  return { [GENERAL.serverAddress]: server.address, [GENERAL.serverPort]: server.port }
}

/** As the conventions want spans to be called. */
export function spanNameOf(endpoint: string, place: PlaceFacts | null): string {
  return place === null ? operationOf(endpoint) : `${operationOf(endpoint)} ${place.vendorModel}`
}

/** The model that answered, by the vendor's word; null where it gave none, or the call failed. */
export function answeredModel({ answer, status }: EndEvent): string | null {
  return status === 'failed' ? null : (answer?.model?.slice(0, LONGEST) ?? null)
}

/** What is known of a call when it has ended. `attempts`: times that a vendor was called. */
export function endAttributes(call: EndEvent, attempts: number): Attributes {
  const { accountId, keyId, place, usage, endUser, timeToFirstByteMs: firstMs } = call
  const errorType = errorTypeOf(call)
  return {
    ...(place === null ? {} : placeAttributes(place)),
    ...definedOf({
      [OWN.requestId]: call.requestId,
      [OWN.account]: accountId,
      [OWN.key]: keyId,
      [OWN.endpoint]: call.endpoint,
      [OWN.status]: call.status,
      [OWN.model]: place === null ? null : call.model,
      // Where no route was taken, the model of a call is a word of its client.
      [OWN.requestedModel]: place === null && call.model !== '' ? call.model.slice(0, LONGEST) : null,
      [OWN.route]: place?.route,
      [OWN.upstream]: place?.upstream,
      [OWN.attempts]: call.attempts?.length,
      [OWN.isReplay]: call.isReplay ? true : null,
      [GENERAL.statusCode]: call.httpStatus,
      [GENERAL.errorType]: errorType,
      [GENERAL.endUser]: endUser,
      [GEN_AI.requestStream]: call.streamed ? true : null,
      [GEN_AI.responseId]: call.answer?.id?.slice(0, LONGEST),
      [GEN_AI.responseModel]: answeredModel(call),
      [GEN_AI.finishReasons]: finishReasonsOf(call, attempts),
      [GEN_AI.timeToFirstChunk]: call.streamed && firstMs !== null ? firstMs / 1000 : null,
    }),
    ...(usage.inputTokens + usage.outputTokens === 0 ? {} : usageAttributes(call)),
  }
}

/** The vendor's own words; where an answer should have come to an end and did not, the convention's word for that. */
function finishReasonsOf(call: EndEvent, attempts: number): string[] | null {
  const said = call.answer?.finishReasons ?? []
  if (said.length > 0) return said.map((reason) => reason.slice(0, LONGEST))
  const isCut = attempts > 0 && errorTypeOf(call) !== null && generates(call.endpoint)
  return isCut ? [NO_END] : null
}

function usageAttributes({ usage, costMicro, shortfallMicro }: EndEvent): Attributes {
  const cacheWrites = usage.cacheWriteTokens + usage.cacheWriteLongTokens
  return {
    [GEN_AI.inputTokens]: usage.inputTokens,
    [GEN_AI.outputTokens]: usage.outputTokens,
    ...(usage.cacheReadTokens === 0 ? {} : { [GEN_AI.cacheReadTokens]: usage.cacheReadTokens }),
    ...(cacheWrites === 0 ? {} : { [GEN_AI.cacheWriteTokens]: cacheWrites }),
    ...(usage.reasoningTokens === 0 ? {} : { [GEN_AI.reasoningTokens]: usage.reasoningTokens }),
    ...(usage.estimated === true ? { [OWN.isEstimated]: true } : {}),
    [OWN.cost]: costMicro,
    ...(shortfallMicro === 0 ? {} : { [OWN.shortfall]: shortfallMicro }),
  }
}

type Value = Exclude<Attributes[string], undefined>

function definedOf(attributes: Readonly<Record<string, Value | null | undefined>>): Attributes {
  const defined: Attributes = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) defined[name] = value
  }
  return defined
}
