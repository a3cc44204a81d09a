import { isJsonObject, type JsonArray, type JsonObject, type JsonValue } from '../canonical/json.js'
import { asText } from '../canonical/narrow.js'
import { type ErrorCode, GatewayError } from '../errors.js'

/** How a protocol words what is wrong with a field. */
export interface CheckWording {
  missing(param: string): string
  invalid(param: string, expected: string): string
}

/** Checks of the fields that the gateway itself reads; each throws a GatewayError that names the field. */
export interface RequestChecks {
  /** `model`: a text that is not empty. */
  model(body: JsonObject): string
  /** A boolean; absent = false. */
  flag(body: JsonObject, field: string): boolean
  /** A whole number from `least` (default 0) on; undefined when absent. */
  count(body: JsonObject, field: string, least?: number): number | undefined
  /** A string; undefined when absent or empty. */
  word(body: JsonObject, field: string): string | undefined
  /** The text of a part; empty when absent. */
  text(value: JsonValue | undefined, param: string): string
  /** An object; undefined when absent. */
  object(value: JsonValue | undefined, param: string): JsonObject | undefined
  /** An array; empty when absent. */
  list(value: JsonValue | undefined, param: string): JsonArray
  missing(param: string): GatewayError
  /** `expected` is a noun: "a boolean". Default code `invalid_value`. */
  invalid(param: string, expected: string, code?: ErrorCode): GatewayError
}

const PLAIN: CheckWording = {
  missing: (param) => `Missing required parameter: '${param}'.`,
  invalid: (param, expected) => `Invalid value for '${param}': expected ${expected}.`,
}

/** The checks of one protocol, in its words; by default in the words of most vendors. */
export function createRequestChecks(wording: CheckWording = PLAIN): RequestChecks {
  const missing = (param: string): GatewayError =>
    new GatewayError('missing_required_parameter', wording.missing(param), { param })
  const invalid = (param: string, expected: string, code: ErrorCode = 'invalid_value'): GatewayError =>
    new GatewayError(code, wording.invalid(param, expected), { param })
  return {
    missing,
    invalid,
    model({ model }) {
      if (!isGiven(model)) throw missing('model')
      if (typeof model !== 'string' || model === '') throw invalid('model', 'a non-empty string')
      return model
    },
    flag(body, field) {
      const value = body[field]
      if (isGiven(value) && typeof value !== 'boolean') throw invalid(field, 'a boolean')
      return value === true
    },
    count(body, field, least = 0) {
      const value = body[field]
      if (!isGiven(value)) return undefined
      if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
      throw invalid(field, `an integer of at least ${least}`)
    },
    word(body, field) {
      const value = body[field]
      if (isGiven(value) && typeof value !== 'string') throw invalid(field, 'a string')
      return asText(value)
    },
    text(value, param) {
      if (!isGiven(value)) return ''
      if (typeof value !== 'string') throw invalid(param, 'a string', 'invalid_messages')
      return value
    },
    object(value, param) {
      if (!isGiven(value)) return undefined
      if (!isJsonObject(value)) throw invalid(param, 'an object')
      return value
    },
    list(value, param) {
      if (!isGiven(value)) return []
      if (!Array.isArray(value)) throw invalid(param, 'an array')
      return value as JsonArray
    },
  }
}

/** False for a field that is absent or null: for clients both mean that they say nothing. */
export function isGiven(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null
}
