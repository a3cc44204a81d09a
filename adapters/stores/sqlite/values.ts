import type { SqlRow } from './driver.js'

/** A whole number to be bound; throws a `RangeError` on one with a fraction: it would not come back as it was. */
export function bindInteger(value: number): bigint {
  return BigInt(value)
}

/** A time or a duration in milliseconds to be bound, without its fraction; an infinite one is the last there is. */
export function bindTime(milliseconds: number): bigint {
  const { MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } = Number
  return BigInt(Math.floor(Math.min(Math.max(milliseconds, MIN_SAFE_INTEGER), MAX_SAFE_INTEGER)))
}

/** A number of rows to be bound. */
export function bindLimit(limit: number): bigint {
  return BigInt(Math.min(Math.max(0, Math.floor(limit)), Number.MAX_SAFE_INTEGER))
}

/** {@link bindInteger}, or null for what is absent. */
export function bindOptional(value: number | null | undefined): bigint | null {
  return value === null || value === undefined ? null : BigInt(value)
}

/** {@link bindTime}, or null for what is absent. */
export function bindOptionalTime(milliseconds: number | null): bigint | null {
  return milliseconds === null ? null : bindTime(milliseconds)
}

/** JSON to be bound, or null for what is absent. */
export function bindJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

/** An integer of a row; throws a `RangeError` when a number cannot hold it exactly. */
export function integerOf(row: SqlRow, column: string): number {
  const value = integerOrNull(row, column)
  if (value === null) throw new TypeError(`${column} is not an integer`)
  return value
}

/** An integer of a row, or null. */
export function integerOrNull(row: SqlRow, column: string): number | null {
  const value = row[column]
  if (typeof value !== 'bigint') return null
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new RangeError(`${column} is ${value}: too large to be exact`)
}

/** A text of a row. */
export function textOf(row: SqlRow, column: string): string {
  const value = textOrNull(row, column)
  if (value === null) throw new TypeError(`${column} is not a text`)
  return value
}

/** A text of a row, or null. */
export function textOrNull(row: SqlRow, column: string): string | null {
  const value = row[column]
  return typeof value === 'string' ? value : null
}

/** What the JSON of a column says, as {@link bindJson} wrote it; undefined for null. */
export function jsonOf(row: SqlRow, column: string): unknown {
  const text = textOrNull(row, column)
  return text === null ? undefined : JSON.parse(text)
}

/** `{ [field]: value }`, or nothing when the value is null or undefined: optional fields stay absent. */
export function optional<Field extends string, T>(
  field: Field,
  value: T | null | undefined,
): { readonly [F in Field]?: T } {
  return value === null || value === undefined ? {} : ({ [field]: value } as { readonly [F in Field]?: T })
}
