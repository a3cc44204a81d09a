import type { JsonObject, JsonValue } from '../../canonical/json.js'
import { asArray, asObject, asText } from '../../canonical/narrow.js'
import { GatewayError } from '../../errors.js'
import type { Identity } from '../../keys/key-store.js'
import type { ClientWire, RequestFacts } from '../../protocols/protocol.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import { type ReadBody, writeBody } from '../http/read-body.js'
import type { Leg } from './resolve.js'

/** A model that the client names to go on with when its first one fails. */
export interface Fallback {
  readonly model: string
  /** Fields of the request that are other ones for this model; null = none. */
  readonly fields: JsonObject | null
  /** Where it stands in the request. */
  readonly path: string
}

/** A request, and the models that it may fall back to; null = it names none. */
export interface WithFallbacks {
  readonly body: ReadBody
  readonly fallbacks: readonly Fallback[] | null
}

/** A request as its client has sent it. */
export interface FallbackRequest {
  readonly identity: Identity
  readonly client: ClientWire
  readonly body: ReadBody
}

/** More would only be a way to make one request many. */
const MAX_FALLBACKS = 8

/**
 * Takes `models` and `fallbacks` out of a request, where the configuration honours them: vendors that know the fields
 * would fall back on their own. The first of `models` stands in for a `model` that is not there.
 * Throws GatewayError for a field of a fallback that only the request itself may have.
 */
export function takeFallbacks(core: Core, call: Call, request: FallbackRequest): WithFallbacks {
  const { identity, client, body } = request
  const { models, fallbacks, ...rest } = body.json
  if (!core.settings.clientFallbacks || (models === undefined && fallbacks === undefined)) {
    return { body, fallbacks: null }
  }
  const named = [...listOf(models, 'models'), ...listOf(fallbacks, 'fallbacks')]
  const known = named.flatMap(({ value, path }) => readFallback(value, path) ?? tellUnknown(call, path))
  const model = rest['model'] ?? known[0]?.model
  const asked = { ...rest, ...(model === undefined ? {} : { model }) }
  const id = typeof model === 'string' ? idOf(core, identity, model) : model
  const others = known.filter((fallback) => idOf(core, identity, fallback.model) !== id)
  for (const { path } of others.slice(MAX_FALLBACKS)) tellUnknown(call, path)
  const kept = others.slice(0, MAX_FALLBACKS)
  for (const fallback of kept) checkFields(client, asked, fallback)
  return { body: writeBody(asked), fallbacks: kept.length === 0 ? null : kept }
}

/**
 * Money, limits and hooks go by the request itself, once: what a fallback has of its own may only say how its model
 * answers, and nothing that costs more.
 */
function checkFields(client: ClientWire, asked: JsonObject, { fields, path }: Fallback): void {
  const most = fields === null ? undefined : client.inspectRequest(asked).maxOutputTokens
  const merged: Record<string, JsonValue | undefined> = { ...asked }
  for (const [field, value] of Object.entries(fields ?? {})) {
    const param = `${path}.${field}`
    if (!client.fallbackFields.has(field)) throw refused(param, 'only the request itself can have this field')
    if (!isFlat(value)) throw refused(param, 'a fallback can have plain values only')
    merged[field] = value
    const limit = inspectAt(client, merged, param).maxOutputTokens
    if (limit !== most && (limit ?? Infinity) > (most ?? 0)) {
      throw refused(param, 'the output limit of a fallback cannot be beyond that of the request')
    }
  }
}

/** Settings are words and numbers; what is deeper is text for the model, such as a schema. */
function isFlat(value: JsonValue | undefined): boolean {
  if (Array.isArray(value)) return false
  return Object.values(asObject(value) ?? {}).every((member) => typeof member !== 'object' || member === null)
}

function inspectAt(client: ClientWire, body: JsonObject, param: string): RequestFacts {
  try {
    return client.inspectRequest(body)
  } catch (cause) {
    if (!GatewayError.isInstance(cause)) throw cause
    throw new GatewayError(cause.code, `Invalid value for '${param}': ${cause.message}`, { param, cause })
  }
}

function refused(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_value', `Invalid value for '${param}': ${reason}.`, { param })
}

/** What the body of a request depends on where its client names fallbacks. */
export interface FallbackBody {
  /** The client's own. */
  readonly asked: ReadBody
  readonly fallbacks: readonly Fallback[] | null
  readonly leg: Leg
}

/** The request with the fields that it has for the model of a leg. */
export function bodyFor(core: Core, identity: Identity, { asked, fallbacks, leg }: FallbackBody): ReadBody {
  if (fallbacks === null) return asked
  const isMeant = ({ model }: Fallback): boolean => idOf(core, identity, model) === leg.model.id
  const fields = fallbacks.find(isMeant)?.fields ?? null
  return fields === null ? asked : writeBody({ ...asked.json, ...fields })
}

/** Aliases of one model are one model; a name that nothing has stands for itself. */
function idOf(core: Core, { account }: Identity, name: string): string {
  return core.resolver.resolve(name, account.aliases)?.model.id ?? name
}

function listOf(
  value: JsonValue | undefined,
  name: string,
): readonly { readonly value: JsonValue; readonly path: string }[] {
  if (typeof value === 'string') return [{ value: { preset: value }, path: name }]
  return asArray(value).map((entry, index) => ({ value: entry, path: `${name}[${index}]` }))
}

/** A name, or an object with a name and the fields that are other ones for it. */
function readFallback(value: JsonValue, path: string): Fallback | null {
  if (typeof value === 'string') return value === '' ? null : { model: value, fields: null, path }
  const { model, ...fields } = asObject(value) ?? {}
  const name = asText(model)
  if (name === undefined) return null
  return { model: name, fields: Object.keys(fields).length === 0 ? null : fields, path }
}

function tellUnknown(call: Call, path: string): readonly never[] {
  const message = 'This is no model that the gateway could fall back to.'
  call.warnings.push({ code: 'dropped', path, message, semantic: false })
  return []
}
