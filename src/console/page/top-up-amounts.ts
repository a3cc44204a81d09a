const USUAL = [5, 10, 25, 50, 100, 250].map((units) => units * 1_000_000)
const MOST_SHOWN = 4

/** Amounts to choose from: usual ones that are not below the minimum. */
export function presetAmounts(minimumMicro: number): readonly number[] {
  const allowed = USUAL.filter((micro) => micro >= minimumMicro)
  if (allowed.length === 0) return [1, 2, 5].map((times) => times * minimumMicro)
  return allowed.slice(0, MOST_SHOWN)
}
