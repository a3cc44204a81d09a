import * as z from 'zod/mini'
import type { List, PageQuery } from '../types.js'

/** A check of JSON of one shape. */
export type Schema<T> = z.ZodMiniType<T>

type Fields<T> = { readonly [Name in keyof T]-?: z.ZodMiniType<T[Name]> }

/** An object with these fields and no others. */
export function object<T extends object>(fields: Fields<T>): Schema<T> {
  return z.strictObject(fields) as unknown as Schema<T>
}

/** A page of a list. */
export function listOf<T>(item: Schema<T>): Schema<List<T>> {
  return object<List<T>>({ object: z.literal('list'), data: z.array(item), next: z.nullable(z.string()) })
}

/** One of some words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Schema<Word> {
  return z.enum(words)
}

export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return z.nullable(schema)
}

export function optional<T>(schema: Schema<T>): Schema<T | undefined> {
  return z.optional(schema)
}

export function list<T>(item: Schema<T>, most: number = 1000): Schema<readonly T[]> {
  return z.array(item).check(z.maxLength(most))
}

const BEFORE_EPOCH = 'must not be before 1970'

export const anyText: Schema<string> = z.string()
export const flag: Schema<boolean> = z.boolean()
/** Any JSON number. */
export const number: Schema<number> = z.number()
export const count: Schema<number> = z.int().check(z.nonnegative())
export const signed: Schema<number> = z.int()
/** A limit of something in a minute or at once. */
export const rate: Schema<number> = z.int().check(z.positive())
/** What people write: 1 to 256 characters, not all blank. */
export const text: Schema<string> = z
  .string()
  .check(z.maxLength(256), z.regex(/\S/, 'must be a text of 1 to 256 characters'))
/** An id that exists already, whatever it looks like. */
export const id: Schema<string> = z.string().check(z.minLength(1), z.maxLength(512))
export const newId: Schema<string> = z
  .string()
  .check(z.regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters'))
/** A moment, with its offset. */
export const time: Schema<string> = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time' })
  .check(z.refine(isInEpoch, BEFORE_EPOCH))
export const date: Schema<string> = z.iso.date('must be a date like 2026-01-31')
/** A moment, or a date for its midnight in UTC. */
export const timeOrDate: Schema<string> = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], 'must be a date or an RFC 3339 time')
  .check(z.refine(isInEpoch, BEFORE_EPOCH))

/** The gateway counts its milliseconds from there. */
function isInEpoch(moment: string): boolean {
  return Date.parse(moment) >= 0
}

/** alias → model id. */
export const aliases: Schema<Readonly<Record<string, string>>> = z.record(
  z.string().check(z.minLength(1), z.maxLength(256)),
  text,
)
export const anyObject: Schema<Readonly<Record<string, unknown>>> = z.record(z.string(), z.unknown())

export const page: Fields<PageQuery> = {
  after: z.optional(z.string().check(z.minLength(1), z.maxLength(2048))),
  limit: z.optional(z.int().check(z.positive(), z.maximum(1000))),
}
