import type { Attributes } from '@opentelemetry/api'
import { type EndEvent, isJsonObject, type JsonObject, type PlaceFacts } from '../../../src/index.js'
import { errorTypeOf } from '../shared/error-type.js'
import { GEN_AI, GENERAL, operationOf, OWN, providerOf } from './names.js'

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

/** What samplers decide by: known when the span is made. `model`: as the client wrote it. */
export function identityAttributes(
  endpoint: string,
  model: string,
  place: PlaceFacts | null,
): Attributes & { readonly [GEN_AI.operation]: string } {
  return {
    [GEN_AI.operation]: operationOf(endpoint),
    ...(place === null ? {} : { [GEN_AI.provider]: providerOf(place) }),
    ...(model === '' ? {} : { [GEN_AI.requestModel]: model.slice(0, LONGEST) }),
  }
}

/** What is known of a call when it has ended. */
export function endAttributes(call: EndEvent): Attributes {
  const { accountId, keyId, place, usage, endUser, timeToFirstByteMs: firstMs } = call
  const errorType = errorTypeOf(call)
  return definedOf({
    [OWN.requestId]: call.requestId,
    [OWN.account]: accountId,
    [OWN.key]: keyId,
    [OWN.endpoint]: call.endpoint,
    [OWN.status]: call.status,
    [OWN.model]: place === null ? null : call.model,
    [OWN.route]: place?.route,
    [OWN.upstream]: place?.upstream,
    [OWN.attempts]: call.attempts?.length,
    [OWN.isReplay]: call.isReplay ? true : null,
    [GENERAL.statusCode]: call.httpStatus,
    [GENERAL.errorType]: errorType,
    [GENERAL.endUser]: endUser,
    [GEN_AI.provider]: place === null ? null : providerOf(place),
    [GEN_AI.requestStream]: call.streamed ? true : null,
    [GEN_AI.responseModel]: errorType === null ? place?.vendorModel : null,
    [GEN_AI.timeToFirstChunk]: call.streamed && firstMs !== null ? firstMs / 1000 : null,
    ...(usage.inputTokens + usage.outputTokens === 0 ? {} : usageAttributes(call)),
  })
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
