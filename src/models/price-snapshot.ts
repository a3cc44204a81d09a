import type { ModelPrice, TokenPrice } from '../canonical/price.js'
import { normalizeModelId } from './model-id.js'
import { SNAPSHOT } from './snapshot.js'

/** Micro-USD per 1M tokens: input, output, cache read, cache write, long cache write; null or absent = not named. */
export type SnapshotPrices = readonly (number | null)[]

/** Context window in tokens, the prices, and for each tier the input tokens above which it applies and its prices. */
export type SnapshotRow = readonly [
  contextWindowTokens: number | null,
  prices: SnapshotPrices,
  ...tiers: SnapshotPrices[],
]

/** What the bundled snapshot knows of a model. */
export interface SnapshotEntry {
  readonly price: ModelPrice
  /** Tokens. */
  readonly contextWindowTokens?: number | undefined
}

/**
 * The vendor's list price of a model, in any spelling, with or without a date at its end; null when it is unknown.
 * Only whole names count: a price for a model of a similar name would be a guess.
 */
export function lookUpSnapshot(vendor: string, model: string): SnapshotEntry | null {
  if (!Object.hasOwn(SNAPSHOT, vendor)) return null
  const rows = SNAPSHOT[vendor] ?? {}
  const name = normalizeModelId(model)
  const row = findRow(rows, name) ?? findRow(rows, withoutDate(name))
  if (row === null) return null
  const [contextWindowTokens, prices, ...tiers] = row
  return {
    price: {
      ...toTokenPrice(prices),
      ...(tiers.length === 0 ? {} : { tiers: tiers.map(toTier) }),
    },
    ...(contextWindowTokens === null ? {} : { contextWindowTokens }),
  }
}

/** A dated version costs what its model costs, unless it has a row of its own. */
function withoutDate(name: string): string {
  return name.replace(/[-@](\d{8}|\d{4}-\d{2}-\d{2})$/, '')
}

function findRow(rows: Readonly<Record<string, SnapshotRow | string>>, name: string): SnapshotRow | null {
  const row = Object.hasOwn(rows, name) ? rows[name] : undefined
  if (row === undefined) return null
  return typeof row === 'string' ? findRow(rows, row) : row
}

function toTier([aboveInputTokens, ...prices]: SnapshotPrices): TokenPrice & {
  readonly aboveInputTokens: number
} {
  return { aboveInputTokens: aboveInputTokens ?? 0, ...toTokenPrice(prices) }
}

function toTokenPrice([input, output, cacheRead, cacheWrite, cacheWriteLong]: SnapshotPrices): TokenPrice {
  return {
    inputMicroPer1M: input ?? 0,
    outputMicroPer1M: output ?? 0,
    ...(cacheRead === undefined || cacheRead === null ? {} : { cacheReadMicroPer1M: cacheRead }),
    ...(cacheWrite === undefined || cacheWrite === null ? {} : { cacheWriteMicroPer1M: cacheWrite }),
    ...(cacheWriteLong === undefined || cacheWriteLong === null
      ? {}
      : { cacheWriteLongMicroPer1M: cacheWriteLong }),
  }
}
