/**
 * Builds src/models/snapshot.ts from the price data in @pydantic/genai-prices:
 *   node scripts/build-price-snapshot.mjs [YYYY-MM-DD]
 * The date (default: today) decides which of a model's announced prices count.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { findProvider } from '@pydantic/genai-prices'

/**
 * Our vendor code → provider in the data, and which of its models are the vendor's own.
 * Vendors whose prices the data knows only from resellers are left out: their prices must be configured.
 */
const VENDORS = {
  openai: { provider: 'openai' },
  anthropic: { provider: 'anthropic' },
  gemini: { provider: 'google', only: /^(gemini|gemma)-/ },
  deepseek: { provider: 'deepseek' },
  moonshot: { provider: 'moonshotai' },
  minimax: { provider: 'minimax' },
  'z-ai': { provider: 'zai' },
  'x-ai': { provider: 'x-ai' },
  mistral: { provider: 'mistral' },
  groq: { provider: 'groq' },
}

/** Position in a row: input, output, cache read, cache write, long cache write. */
const PRICE_FIELDS = [
  'input_mtok',
  'output_mtok',
  'cache_read_mtok',
  'cache_write_mtok',
  'cache_write_1h_mtok',
]

/** Models that are not sold by text tokens, or are long gone: a price per text token would be wrong for them. */
const OTHER_TRADE =
  /audio|realtime|transcribe|tts|image|vision-preview|live|voice|embed|guard|^ft:|[:]|\.ft-|computer-use|^text-|^(ada|babbage|curie|davinci|codex-mini)$|^claude-(2|v1)$/

/** Rows of all vendors, as of a date (YYYY-MM-DD): `{ vendor: { key: row | 'other key' } }`. */
export function buildSnapshot(date) {
  return Object.fromEntries(
    Object.entries(VENDORS).map(([vendor, { provider, only }]) => {
      const models = findProvider({ providerId: provider })?.models ?? []
      return [
        vendor,
        buildVendor(only === undefined ? models : models.filter(({ id }) => only.test(id)), date),
      ]
    }),
  )
}

function buildVendor(models, date) {
  const priced = models.flatMap((model) => {
    const row = buildRow(model, date)
    return row === null ? [] : [{ model, row }]
  })
  const rows = {}
  for (const { model, row } of priced) rows[normalizeKey(model.id)] ??= row
  for (const { model } of priced) {
    const key = normalizeKey(model.id)
    for (const alias of matchedNames(model.match).map(normalizeKey)) {
      if (rows[withoutDate(alias)] !== key && withoutDate(alias) !== key) rows[alias] ??= key
    }
  }
  return Object.fromEntries(Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** `[context window, prices, …[tokens above which a tier applies, …prices]]`; null for a model that is not sold by text tokens. */
function buildRow(model, date) {
  const prices = pickPrices(model.prices, date)
  if (OTHER_TRADE.test(model.id)) return null
  if (prices.input_mtok === undefined || prices.output_mtok === undefined) return null
  const starts = PRICE_FIELDS.flatMap((field) => prices[field]?.tiers?.map(({ start }) => start) ?? [])
  const row = [model.context_window ?? null, listPrices(prices, -1)]
  for (const start of [...new Set(starts)].sort((a, b) => a - b)) {
    row.push([start, ...listPrices(prices, start)])
  }
  return row
}

/** The price in force on the date. Where it changes with the hour, the dearest: a gateway must not sell below cost. */
function pickPrices(prices, date) {
  if (!Array.isArray(prices)) return prices
  const dated = prices.filter(({ constraint }) => constraint?.type !== 'time_of_date')
  const hourly = prices.filter(({ constraint }) => constraint?.type === 'time_of_date')
  const current = dated.findLast(
    ({ constraint }) => constraint === undefined || constraint.start_date <= date,
  )
  return [current ?? dated[0], ...hourly].reduce((dearest, candidate) =>
    candidate.prices.output_mtok > dearest.prices.output_mtok ? candidate : dearest,
  ).prices
}

function listPrices(prices, start) {
  const listed = PRICE_FIELDS.map((field) =>
    field in prices ? toMicro(priceAt(prices[field], start)) : null,
  )
  return listed.slice(0, listed.findLastIndex((price) => price !== null) + 1)
}

function priceAt(price, start) {
  if (typeof price === 'number') return price
  return price.tiers.findLast((tier) => tier.start <= start)?.price ?? price.base
}

/** Dollars → integer micro-dollars by moving the decimal point in the text; a smaller fraction is rounded up. */
export function toMicro(dollars) {
  const [mantissa, exponent = '0'] = String(dollars).split('e')
  const [whole, fraction = ''] = mantissa.split('.')
  const shift = 6 + Number(exponent)
  const digits = (whole + fraction).padEnd(whole.length + Math.max(shift, 0), '0')
  const point = whole.length + shift
  const integer = BigInt(digits.slice(0, Math.max(point, 0)) || '0')
  const rounded = /[1-9]/.test(digits.slice(Math.max(point, 0))) ? integer + 1n : integer
  return Number(rounded)
}

/** Names that a match clause spells out. Beginnings count as whole names: `claude-sonnet-5` is not `claude-sonnet-5-5`. */
function matchedNames(match) {
  if (match.or !== undefined || match.and !== undefined) return (match.or ?? match.and).flatMap(matchedNames)
  const name = match.equals ?? match.starts_with
  return name === undefined || /[-@]$|:|^ft/.test(name) ? [] : [name]
}

/** As in src/models: a test looks every model of the data up there. */
function normalizeKey(id) {
  return id.toLowerCase().replaceAll(/(?<=\d)\.(?=\d)/g, '-')
}

/** A dated name costs what the name without the date costs, so it needs no row unless it has its own price. */
function withoutDate(key) {
  return key.replace(/[-@](\d{8}|\d{4}-\d{2}-\d{2})$/, '')
}

function readVersion() {
  const entry = createRequire(import.meta.url).resolve('@pydantic/genai-prices')
  return JSON.parse(readFileSync(new URL('../package.json', `file://${entry}`), 'utf8')).version
}

function render(snapshot, date) {
  return `import type { SnapshotRow } from './price-snapshot.js'

// Generated by scripts/build-price-snapshot.mjs. Do not edit.

/** The day whose prices these are. */
export const SNAPSHOT_DATE: string = '${date}'

/** Where they come from. */
export const SNAPSHOT_SOURCE: string = '@pydantic/genai-prices ${readVersion()} (MIT)'

/** Vendor → normalized model id → row, or the key of another row. */
export const SNAPSHOT: Readonly<Record<string, Readonly<Record<string, SnapshotRow | string>>>> = ${JSON.stringify(snapshot, null, 1)}
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const date = process.argv[2] ?? new Date().toISOString().slice(0, 10)
  const target = fileURLToPath(new URL('../src/models/snapshot.ts', import.meta.url))
  writeFileSync(target, render(buildSnapshot(date), date))
  execFileSync('npx', ['oxfmt', target], { stdio: 'inherit' })
}
