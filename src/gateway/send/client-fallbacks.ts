import type { JsonObject, JsonValue } from '../../canonical/json.js'
import { asArray, asObject, asText } from '../../canonical/narrow.js'
import type { Identity } from '../../keys/key-store.js'
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

/** More would only be a way to make one request many. */
const MAX_FALLBACKS = 8

/**
 * Takes `models` and `fallbacks` out of a request, where the configuration honours them: vendors that know the fields
 * would fall back on their own. The first of `models` stands in for a `model` that is not there.
 */
export function takeFallbacks(core: Core, call: Call, body: ReadBody): WithFallbacks {
  const { models, fallbacks, ...rest } = body.json
  if (!core.settings.clientFallbacks || (models === undefined && fallbacks === undefined)) {
    return { body, fallbacks: null }
  }
  const named = [...listOf(models, 'models'), ...listOf(fallbacks, 'fallbacks')]
  const known = named.flatMap(({ value, path }) => readFallback(value, path) ?? tellUnknown(call, path))
  const model = rest['model'] ?? known[0]?.model
  const others = known.filter((fallback) => fallback.model !== model)
  for (const { path } of others.slice(MAX_FALLBACKS)) tellUnknown(call, path)
  const kept = others.slice(0, MAX_FALLBACKS)
  return {
    body: writeBody({ ...rest, ...(model === undefined ? {} : { model }) }),
    fallbacks: kept.length === 0 ? null : kept,
  }
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
  const { aliases } = identity.account
  const isMeant = ({ model }: Fallback): boolean =>
    core.resolver.resolve(model, aliases)?.model.id === leg.model.id
  const fields = fallbacks.find(isMeant)?.fields ?? null
  return fields === null ? asked : writeBody({ ...asked.json, ...fields })
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
