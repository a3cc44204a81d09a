/** Micro-USD in one US dollar. */
const MICRO_PER_USD = 1_000_000

/** True for an amount of micro-USD that arithmetic keeps exact: a safe integer, not negative. */
export function isMicro(amountMicro: number): boolean {
  return Number.isSafeInteger(amountMicro) && amountMicro >= 0
}

/** The amount itself; throws a `RangeError` when it is no safe, non-negative integer of micro-USD. */
export function assertMicro(amountMicro: number, name: string): number {
  if (isMicro(amountMicro)) return amountMicro
  throw new RangeError(`${name} must be a non-negative integer of micro-USD, got ${amountMicro}`)
}

/**
 * Micro-USD of a decimal amount of dollars (`"12.34"` → 12340000), exact.
 * Null for anything else: a sign, an exponent, more than six decimals, more than a safe integer holds.
 */
export function parseUsd(text: string): number | null {
  const match = /^(\d+)(?:\.(\d{1,6})0*)?$/.exec(text)
  if (match === null) return null
  const [, dollars = '', decimals = ''] = match
  const micro = BigInt(dollars) * BigInt(MICRO_PER_USD) + BigInt(decimals.padEnd(6, '0'))
  return micro <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(micro) : null
}

/** Dollars of an amount, with the decimals it needs and at least two: 12340000 → `"12.34"`. Throws on no micro-USD. */
export function formatUsd(amountMicro: number): string {
  assertMicro(amountMicro, 'amountMicro')
  const dollars = Math.floor(amountMicro / MICRO_PER_USD)
  const decimals = String(amountMicro % MICRO_PER_USD).padStart(6, '0')
  return `${dollars}.${decimals.replace(/0{1,4}$/, '')}`
}
