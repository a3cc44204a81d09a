import { isJsonObject, type JsonObject, parseJson } from '../../canonical/json.js'
import { asObject } from '../../canonical/narrow.js'
import type { CanonicalRequest } from '../../canonical/request.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { Warning } from '../../canonical/warning.js'
import { type FieldNames, fieldPath, localizeWarnings } from '../../protocols/protocol.js'
import { scanObject, setMembers } from '../http/json-text.js'

/** A field of a vendor's request that some of its models or accounts refuse, and that an answer can do without. */
interface DispensableField {
  /** Names of the way to the field, as the vendor writes it. */
  readonly path: readonly [string] | readonly [string, string]
  /** What it is called in canonical terms: a client of another protocol knows it under a name of its own. */
  readonly field: keyof CanonicalRequest
  /** Left out of same-protocol requests, too. Otherwise a client that speaks the vendor's protocol gets its refusal. */
  readonly always?: boolean
  /** The answer may be another one without it: the `strict` policy lets the refusal stand. */
  readonly semantic?: boolean
  /** What the vendor writes where it does not name the field. */
  readonly words?: RegExp
}

/**
 * What a vendor may refuse by name. Model traits know of the usual cases before anything is sent; this is for what
 * nobody can know of a model or an account: OpenAI, for one, shows reasoning summaries to verified organisations only.
 */
const FIELDS: readonly DispensableField[] = [
  {
    path: ['reasoning', 'summary'],
    field: 'reasoning',
    always: true,
    words: /verified to (?:generate|use|see|view)[^.]{0,40}reasoning summar/i,
  },
  { path: ['temperature'], field: 'temperature', semantic: true },
  { path: ['top_p'], field: 'topP', semantic: true },
  { path: ['top_k'], field: 'topK', semantic: true },
  { path: ['seed'], field: 'seed', semantic: true },
  { path: ['presence_penalty'], field: 'presencePenalty', semantic: true },
  { path: ['frequency_penalty'], field: 'frequencyPenalty', semantic: true },
  { path: ['verbosity'], field: 'verbosity', semantic: true },
  { path: ['text', 'verbosity'], field: 'verbosity', semantic: true },
  { path: ['parallel_tool_calls'], field: 'parallelToolCalls', semantic: true },
  { path: ['prompt_cache_key'], field: 'session' },
  { path: ['prompt_cache_retention'], field: 'cache' },
  { path: ['safety_identifier'], field: 'endUser' },
  { path: ['user'], field: 'endUser' },
  { path: ['metadata'], field: 'metadata' },
  { path: ['service_tier'], field: 'serviceTier' },
]

/** How vendors say that it is the field that they will not have, not what it says. */
const UNWANTED =
  /unsupported|not supported|not permitted|not allowed|unknown (?:field|name|parameter)|unrecognized|deprecated|must be verified/i

/** Where a message names the field, for vendors whose errors have no `param`. */
const NAMED: readonly RegExp[] = [
  /^[`'"]?([a-z_]+(?:\.[a-z_]+)?)[`'"]?:/,
  /[`'"]([a-z_]+(?:\.[a-z_]+)?)[`'"]/,
]

/** A request as it goes out again, and what it lacks now. */
export interface ReducedRequest {
  readonly body: string
  readonly warning: Warning
}

export interface RefusedRequest {
  /** Body as the vendor got it. */
  readonly body: string
  /** False: a request of a client that speaks the vendor's protocol. */
  readonly translated: boolean
  /** The client's names of fields. */
  readonly names: FieldNames
  readonly policy: 'lenient' | 'strict'
}

/** The request without the field that the vendor refused it for; null when it was refused for anything else. */
export function leaveOutRefused(error: UpstreamError, request: RefusedRequest): ReducedRequest | null {
  if (error.kind !== 'bad-request' && error.kind !== 'unprocessable') return null
  const found = FIELDS.find((field) => isDispensable(field, request) && isRefused(field, error))
  if (found === undefined) return null
  const body = removeField(request.body, found.path)
  return body === null ? null : { body, warning: warningOf(found, request) }
}

function isDispensable(
  { always = false, semantic = false }: DispensableField,
  { translated, policy }: RefusedRequest,
): boolean {
  return (always || translated) && !(semantic && policy === 'strict')
}

function isRefused({ path, words }: DispensableField, { message, code, param }: UpstreamError): boolean {
  if (words?.test(message) === true) return true
  if (!UNWANTED.test(`${code ?? ''} ${message}`)) return false
  const name = param ?? NAMED.map((naming) => naming.exec(message)?.[1]).find((named) => named !== undefined)
  return name === path.join('.')
}

/** Null: the field is not there. Every other byte stays, so what a client signed or a vendor caches is as it was. */
function removeField(text: string, [name, inner]: DispensableField['path']): string | null {
  const json = parseJson(text)
  if (!isJsonObject(json)) return null
  if (inner === undefined) return json[name] === undefined ? null : JSON.stringify(without(json, name))
  const holder = asObject(json[name])
  if (holder?.[inner] === undefined) return null
  return setMembers(scanObject(text), json, { [name]: without(holder, inner) })
}

function without(object: JsonObject, name: string): JsonObject {
  const { [name]: _left, ...rest } = object
  return rest
}

function warningOf(
  { path, field, semantic = false }: DispensableField,
  { translated, names }: RefusedRequest,
): Warning {
  const name = path.join('.')
  const warning: Warning = {
    code: 'dropped',
    path: translated ? fieldPath(field) : name,
    message: `The provider refused ${name}, so it was asked without it.`,
    semantic,
  }
  return localizeWarnings([warning], names)[0] ?? warning
}
