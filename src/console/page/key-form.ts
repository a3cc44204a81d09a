import type { Key, KeyCeilings, KeyChange, KeySettings, SpendLimits } from './api/types.js'
import { microToDecimal, parseMoney, type Separators } from './money.js'

/** The fields of the form of a key, as they are typed. An empty limit is no limit. */
export interface KeyFormValues {
  readonly name: string
  readonly rpm: string
  readonly tpm: string
  readonly concurrency: string
  readonly dayLimit: string
  readonly weekLimit: string
  readonly monthLimit: string
  readonly endUserDayLimit: string
  readonly endUserWeekLimit: string
  readonly endUserMonthLimit: string
  readonly allowedModels: readonly string[]
  /** `2026-01-31`, the last day; empty = never. */
  readonly expiresOn: string
}

/** What is wrong, by field. */
export type KeyFormErrors = Partial<Record<keyof KeyFormValues, string>>

/** A form read: either what to send, or what is wrong. */
export type KeyFormReading =
  | { readonly input: KeySettings; readonly errors: null }
  | { readonly input: null; readonly errors: KeyFormErrors }

/** What a new key is offered where nothing bounds it. */
export const NEW_KEY_FORM: KeyFormValues = {
  name: '',
  rpm: '60',
  tpm: '100000',
  concurrency: '',
  dayLimit: '',
  weekLimit: '',
  monthLimit: '',
  endUserDayLimit: '',
  endUserWeekLimit: '',
  endUserMonthLimit: '',
  allowedModels: [],
  expiresOn: '',
}

/** What a new key is offered: the ceilings of who makes it, else the usual limits. */
export function newKeyForm(limits: KeyCeilings | null, separators: Separators): KeyFormValues {
  if (limits === null) return NEW_KEY_FORM
  const { rpm, tpm, concurrency, dayLimit, weekLimit, monthLimit } = showCeilings(limits, separators)
  return {
    ...NEW_KEY_FORM,
    rpm: rpm ?? NEW_KEY_FORM.rpm,
    tpm: tpm ?? NEW_KEY_FORM.tpm,
    concurrency: concurrency ?? '',
    dayLimit: dayLimit ?? '',
    weekLimit: weekLimit ?? '',
    monthLimit: monthLimit ?? '',
    allowedModels: limits.allowed_models ?? [],
  }
}

/** The fields that a ceiling can stand over. */
export type BoundField = 'rpm' | 'tpm' | 'concurrency' | 'dayLimit' | 'weekLimit' | 'monthLimit'

/** The ceilings as they are typed; absent where there is none. */
export function showCeilings(
  limits: KeyCeilings | null,
  { decimal }: Separators,
): Readonly<Partial<Record<BoundField, string>>> {
  const shown = CEILINGS.flatMap(([field, read, isMoney]) => {
    const most = limits === null ? null : (read(limits) ?? null)
    if (most === null) return []
    return [[field, isMoney ? microToDecimal(most).replace('.', decimal) : String(most)] as const]
  })
  return Object.fromEntries(shown)
}

type ReadCeiling = (limits: KeyCeilings) => number | null | undefined

const CEILINGS: readonly (readonly [field: BoundField, read: ReadCeiling, isMoney: boolean])[] = [
  ['rpm', ({ rpm }) => rpm, false],
  ['tpm', ({ tpm }) => tpm, false],
  ['concurrency', ({ concurrency }) => concurrency, false],
  ['dayLimit', ({ spend_limits }) => spend_limits?.day_micro, true],
  ['weekLimit', ({ spend_limits }) => spend_limits?.week_micro, true],
  ['monthLimit', ({ spend_limits }) => spend_limits?.month_micro, true],
]

const WHOLE_FIELDS = ['rpm', 'tpm', 'concurrency'] as const
const MONEY_FIELDS = [
  'dayLimit',
  'weekLimit',
  'monthLimit',
  'endUserDayLimit',
  'endUserWeekLimit',
  'endUserMonthLimit',
] as const

/** The form of a key that is there. */
export function keyToForm(key: Key, { decimal }: Separators): KeyFormValues {
  const money = (micro: number | null | undefined): string =>
    micro === null || micro === undefined ? '' : microToDecimal(micro).replace('.', decimal)
  const whole = (value: number | null): string => (value === null ? '' : String(value))
  return {
    name: key.name ?? '',
    rpm: whole(key.rpm),
    tpm: whole(key.tpm),
    concurrency: whole(key.concurrency),
    dayLimit: money(key.spend_limits?.day_micro),
    weekLimit: money(key.spend_limits?.week_micro),
    monthLimit: money(key.spend_limits?.month_micro),
    endUserDayLimit: money(key.end_user_spend_limits?.day_micro),
    endUserWeekLimit: money(key.end_user_spend_limits?.week_micro),
    endUserMonthLimit: money(key.end_user_spend_limits?.month_micro),
    allowedModels: key.allowed_models ?? [],
    expiresOn: key.expires_at === null ? '' : lastDayBefore(key.expires_at),
  }
}

/** Who fills a form in, and what stood in it before: what nobody touched may be beyond a ceiling. */
export interface FormBounds {
  readonly limits: KeyCeilings | null
  /** Null: a new key. */
  readonly before: KeyFormValues | null
}

const UNBOUND: FormBounds = { limits: null, before: null }

/** Reads a form: exact amounts, whole numbers, and an end that is the end of the UTC day. */
export function readKeyForm(
  values: KeyFormValues,
  separators: Separators,
  bounds: FormBounds = UNBOUND,
): KeyFormReading {
  const errors: KeyFormErrors = {}
  const numbers: Record<string, number | null> = {}
  for (const field of WHOLE_FIELDS) {
    numbers[field] = readWhole(values[field])
    if (Number.isNaN(numbers[field])) errors[field] = 'A whole number above 0, or nothing for no limit.'
  }
  for (const field of MONEY_FIELDS) {
    const text = values[field].trim()
    const micro = text === '' ? null : parseMoney(text, separators)
    if (text !== '' && (micro === null || micro < 0))
      errors[field] = 'An amount in USD, or nothing for no limit.'
    numbers[field] = micro
  }
  const wrong = { ...beyondCeilings(values, numbers, bounds), ...errors }
  if (Object.keys(wrong).length > 0) return { input: null, errors: wrong }
  const limit = (field: keyof KeyFormValues): number | null => numbers[field] ?? null
  const name = values.name.trim()
  return {
    errors: null,
    input: {
      name: name === '' ? null : name,
      rpm: limit('rpm'),
      tpm: limit('tpm'),
      concurrency: limit('concurrency'),
      allowed_models: values.allowedModels.length === 0 ? null : values.allowedModels,
      spend_limits: toSpendLimits(limit('dayLimit'), limit('weekLimit'), limit('monthLimit')),
      end_user_spend_limits: toSpendLimits(
        limit('endUserDayLimit'),
        limit('endUserWeekLimit'),
        limit('endUserMonthLimit'),
      ),
      expires_at: values.expiresOn === '' ? null : endOfDay(values.expiresOn),
    },
  }
}

/** What differs from the key as it is: only that is sent, so that nothing changes that nobody touched. */
export function changedFields(key: Key, input: KeySettings): KeyChange {
  const before: Readonly<Record<string, unknown>> = { ...key }
  return Object.fromEntries(
    Object.entries(input).filter(
      ([field, value]) => JSON.stringify(before[field] ?? null) !== JSON.stringify(value),
    ),
  )
}

function beyondCeilings(
  values: KeyFormValues,
  numbers: Readonly<Record<string, number | null>>,
  { limits, before }: FormBounds,
): KeyFormErrors {
  const errors: KeyFormErrors = {}
  if (limits === null) return errors
  for (const [field, read] of CEILINGS) {
    const most = read(limits) ?? null
    if (most === null || values[field] === before?.[field]) continue
    const value = numbers[field] ?? null
    if (value === null) errors[field] = 'Your account needs a limit here.'
    else if (value > most) errors[field] = 'This is more than your account may have.'
  }
  const { allowed_models: models } = limits
  const isTouched = before === null || String(values.allowedModels) !== String(before.allowedModels)
  if (models !== null && isTouched && values.allowedModels.length === 0)
    errors.allowedModels = `Name some of ${models.join(', ')}.`
  return errors
}

function readWhole(text: string): number | null {
  const typed = text.replace(/\s/g, '')
  if (typed === '') return null
  const value = /^\d{1,15}$/.test(typed) ? Number(typed) : Number.NaN
  return value > 0 ? value : Number.NaN
}

function toSpendLimits(day: number | null, week: number | null, month: number | null): SpendLimits | null {
  const limits = {
    ...(day === null ? {} : { day_micro: day }),
    ...(week === null ? {} : { week_micro: week }),
    ...(month === null ? {} : { month_micro: month }),
  }
  return Object.keys(limits).length === 0 ? null : limits
}

const DAY_MS = 86_400_000

function endOfDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString()
}

function lastDayBefore(iso: string): string {
  return new Date(Date.parse(iso) - 1).toISOString().slice(0, 10)
}
