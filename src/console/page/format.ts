import { microToDecimal } from './money.js'

/** An amount in parts that are the whole of it one behind the other. */
export interface MoneyParts {
  /** Up to the cents. */
  readonly main: string
  /** Digits below a cent; often empty. */
  readonly rest: string
  /** The sign of the currency, where it stands at the end. */
  readonly tail: string
}

/** Numbers, money and times as the reader writes them. */
export interface Format {
  readonly locales: readonly string[]
  /** Exact: every digit of the micro-USD, at least two decimals. */
  readonly money: (micro: number) => string
  readonly moneyParts: (micro: number) => MoneyParts
  /** Short, for axes: `$0`, `$0.10`, `$1.2K`. */
  readonly moneyShort: (micro: number) => string
  readonly count: (value: number) => string
  /** Short: `1.2M`. */
  readonly countShort: (value: number) => string
  /** 0 to 1. */
  readonly percent: (ratio: number) => string
  readonly duration: (ms: number) => string
  /** An RFC 3339 time, local. */
  readonly time: (iso: string) => string
  /** An RFC 3339 time, local, without seconds and year: for tables. */
  readonly timeShort: (iso: string) => string
  readonly date: (iso: string) => string
  /** `2026-01-31`, a UTC day. */
  readonly day: (day: string) => string
  readonly dayShort: (day: string) => string
  /** The UTC month of a day: `January 2026`. */
  readonly month: (day: string) => string
}

const DAY: Intl.DateTimeFormatOptions = { timeZone: 'UTC', year: 'numeric', month: 'short', day: 'numeric' }
const MONEY: Intl.NumberFormatOptions = { style: 'currency', currency: 'USD' }
/** A thousand dollars. */
const SHORT_FROM_MICRO = 1_000_000_000
const EXACT = { ...MONEY, minimumFractionDigits: 2, maximumFractionDigits: 6 }

/** Formats for locales (the browser's list), in its time zone. */
export function createFormat(locales: readonly string[]): Format {
  const list = [...locales]
  const exact = new Intl.NumberFormat(list, EXACT)
  const moneySmall = new Intl.NumberFormat(list, { ...EXACT, trailingZeroDisplay: 'stripIfInteger' })
  const moneyShort = new Intl.NumberFormat(list, {
    ...MONEY,
    notation: 'compact',
    maximumSignificantDigits: 3,
  })
  const whole = new Intl.NumberFormat(list)
  const short = new Intl.NumberFormat(list, { notation: 'compact', maximumSignificantDigits: 3 })
  const percent = new Intl.NumberFormat(list, { style: 'percent', maximumFractionDigits: 2 })
  const milliseconds = unitFormat(list, 'millisecond', 0)
  const seconds = unitFormat(list, 'second', 2)
  const time = new Intl.DateTimeFormat(list, { dateStyle: 'medium', timeStyle: 'medium' })
  const timeShort = new Intl.DateTimeFormat(list, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const date = new Intl.DateTimeFormat(list, { dateStyle: 'medium' })
  const day = new Intl.DateTimeFormat(list, DAY)
  const month = new Intl.DateTimeFormat(list, { timeZone: 'UTC', year: 'numeric', month: 'long' })
  const dayShort = new Intl.DateTimeFormat(list, { timeZone: 'UTC', month: 'short', day: 'numeric' })

  return {
    locales,
    money: (micro) => exact.format(exactNumber(micro)),
    moneyParts: (micro) => splitMoney(exact.formatToParts(exactNumber(micro))),
    moneyShort: (micro) =>
      (Math.abs(micro) < SHORT_FROM_MICRO ? moneySmall : moneyShort).format(micro / 1_000_000),
    count: (value) => whole.format(value),
    countShort: (value) => (Math.abs(value) < 10_000 ? whole : short).format(value),
    percent: (ratio) => percent.format(ratio),
    duration: (ms) => (ms < 1000 ? milliseconds.format(ms) : seconds.format(ms / 1000)),
    time: (iso) => formatDate(time, iso),
    timeShort: (iso) => formatDate(timeShort, iso),
    date: (iso) => formatDate(date, iso),
    day: (name) => formatDate(day, `${name}T00:00:00Z`),
    dayShort: (name) => formatDate(dayShort, `${name}T00:00:00Z`),
    month: (name) => formatDate(month, `${name}T00:00:00Z`),
  }
}

function unitFormat(locales: string[], unit: string, digits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(locales, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** A number format takes decimals as text without rounding them to a binary number first. */
function exactNumber(micro: number): Intl.StringNumericLiteral {
  return microToDecimal(micro) as Intl.StringNumericLiteral
}

/** A time that is none is shown as it came. */
function formatDate(format: Intl.DateTimeFormat, iso: string): string {
  const time = new Date(iso)
  return Number.isNaN(time.getTime()) ? iso : format.format(time)
}

function splitMoney(parts: readonly Intl.NumberFormatPart[]): MoneyParts {
  const text = (list: readonly Intl.NumberFormatPart[]): string => list.map(({ value }) => value).join('')
  const at = parts.findIndex(({ type }) => type === 'fraction')
  if (at < 0) return { main: text(parts), rest: '', tail: '' }
  const fraction = parts[at]?.value ?? ''
  return {
    main: text(parts.slice(0, at)) + fraction.slice(0, 2),
    rest: fraction.slice(2),
    tail: text(parts.slice(at + 1)),
  }
}
