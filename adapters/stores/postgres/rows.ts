import type { PgRow } from './client.js'

/** A column of text. */
export function textOf(row: PgRow, column: string): string {
  return textOrNull(row, column) ?? ''
}

/** A column of text that may be null. */
export function textOrNull(row: PgRow, column: string): string | null {
  const value = row[column]
  return typeof value === 'string' ? value : null
}

/** A column of integers that a JS number holds; the driver gives large ones as strings. */
export function numberOf(row: PgRow, column: string): number {
  return Number(row[column])
}

/** A column of numbers that may be null. */
export function numberOrNull(row: PgRow, column: string): number | null {
  const value = row[column]
  return value === null || value === undefined ? null : Number(value)
}

/** Text as PostgreSQL can store it: it knows no U+0000. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}

/** A text or null, storable. */
export function storableOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : storable(text)
}
