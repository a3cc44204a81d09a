import { isMicro } from '../../balance/money.js'
import type { JsonObject, JsonValue } from '../../canonical/json.js'
import { GatewayError } from '../../errors.js'

/** Says what is wrong with a value, in words that follow its name; null when nothing is. */
export type Check = (value: unknown) => string | Fault | null

/** Something wrong inside a value: behind `path`, which begins with `.` or `[`. */
interface Fault {
  readonly path: string
  readonly problem: string
}

/** The fields of an input: those in `required` must be there, no others than both lists name may be, unless it is `open`. */
export interface Shape {
  readonly required?: Readonly<Record<string, Check>>
  readonly optional?: Readonly<Record<string, Check>>
  readonly open?: boolean
}

/** The most that one page of a list holds, and what it holds when nobody says. */
export const PAGE_LIMITS = { most: 1000, usual: 100 } as const

const MAX_NAME = 256
const ID_PATTERN = /^[\x21-\x7e]{1,128}$/

/** Throws `invalid_value` with the field as `param` for the first thing wrong with an input. */
export function checkInput(input: unknown, shape: Shape): void {
  const fault = checkFields(shape)(input)
  if (fault === null) return
  if (typeof fault === 'string') throw new GatewayError('invalid_value', `The input ${fault}.`)
  const param = fault.path.replace(/^\./, '')
  throw new GatewayError('invalid_value', `${param} ${fault.problem}.`, { param })
}

/** An object with the fields of a shape. */
export function checkFields({ required = {}, optional = {}, open = false }: Shape): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object'
    const fields: Readonly<Record<string, unknown>> = { ...value }
    for (const [name, field] of Object.entries(fields)) {
      const check = ownCheck(required, name) ?? ownCheck(optional, name)
      if (check === undefined && open) continue
      if (check === undefined) return { path: `.${name}`, problem: 'is no setting here' }
      if (field === undefined && ownCheck(required, name) === undefined) continue
      const fault = check(field)
      if (fault !== null) return within(`.${name}`, fault)
    }
    const missing = Object.keys(required).find((name) => fields[name] === undefined)
    return missing === undefined ? null : { path: `.${missing}`, problem: 'is missing' }
  }
}

function ownCheck(checks: Readonly<Record<string, Check>>, name: string): Check | undefined {
  return Object.hasOwn(checks, name) ? checks[name] : undefined
}

function within(path: string, fault: string | Fault): Fault {
  return typeof fault === 'string'
    ? { path, problem: fault }
    : { path: path + fault.path, problem: fault.problem }
}

/** A list whose entries pass a check. */
export function checkList(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return 'must be a list'
    for (const [index, entry] of value.entries()) {
      const fault = check(entry)
      if (fault !== null) return within(`[${index}]`, fault)
    }
    return null
  }
}

/** Null, or what passes a check. */
export function orNull(check: Check): Check {
  return (value) => (value === null ? null : check(value))
}

/** One of some texts. */
export function checkOneOf(values: readonly string[]): Check {
  return (value) =>
    typeof value === 'string' && values.includes(value) ? null : `must be one of ${values.join(', ')}`
}

const numberCheck =
  (isRight: (value: number) => boolean, problem: string): Check =>
  (value) =>
    typeof value === 'number' && isRight(value) ? null : problem

/** A text that people read. */
export const checkName: Check = (value) =>
  typeof value === 'string' && value.trim() !== '' && value.length <= MAX_NAME
    ? null
    : `must be a text of 1 to ${MAX_NAME} characters`

/** Any text that is not empty. */
export const checkText: Check = (value) =>
  typeof value === 'string' && value !== '' ? null : 'must be a text that is not empty'

/** An id: it stands in headers, URLs and keys of stores. */
export const checkId: Check = (value) =>
  typeof value === 'string' && ID_PATTERN.test(value) ? null : 'must be 1 to 128 visible ASCII characters'

/** Yes or no. */
export const checkFlag: Check = (value) => (typeof value === 'boolean' ? null : 'must be true or false')

/** Micro-USD that are not negative. */
export const checkMicro: Check = numberCheck(isMicro, 'must be a whole number of micro-USD, at least 0')

/** Micro-USD with a sign. */
export const checkSignedMicro: Check = numberCheck(
  Number.isSafeInteger,
  'must be a whole number of micro-USD',
)

/** Milliseconds since the epoch. */
export const checkTime: Check = numberCheck((value) => isMicro(value), 'must be milliseconds since the epoch')

/** A UTC midnight. */
export const checkMidnight: Check = numberCheck(
  (value) => Number.isSafeInteger(value) && value % 86_400_000 === 0,
  'must be a UTC midnight, in milliseconds since the epoch',
)

/** The size of a page. */
export const checkPageLimit: Check = numberCheck(
  (value) => Number.isInteger(value) && value >= 1 && value <= PAGE_LIMITS.most,
  `must be a whole number from 1 to ${PAGE_LIMITS.most}`,
)

/** The id of an entry of the books or the audit. */
export const checkEntryId: Check = numberCheck(isMicro, 'must be the id of an entry')

/** A number of something in a minute or at once; null for no limit. */
export const checkRate: Check = (value) =>
  value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value > 0)
    ? null
    : 'must be a whole number above 0, or null for no limit'

/** A query with the usual limit when it names none. */
export function withLimit<Query extends { readonly limit?: number | undefined }>(
  query: Query,
): Omit<Query, 'limit'> & { readonly limit: number } {
  return { ...query, limit: query.limit ?? PAGE_LIMITS.usual }
}

/** A change for the audit: a field that is taken away stands there as null. */
export function toDetails(fields: object): JsonObject {
  const entries = Object.entries(fields).map(([name, value]): [string, JsonValue] => [
    name,
    value === undefined ? null : (value as JsonValue),
  ])
  return Object.fromEntries(entries)
}
