const MICRO_PER_UNIT = 1_000_000
const DECIMALS = 6

/** Micro-USD as an exact decimal in USD: `-0.000001`, `12.34`. */
export function microToDecimal(micro: number): string {
  const size = Math.abs(micro)
  const units = Math.floor(size / MICRO_PER_UNIT)
  const fraction = String(size % MICRO_PER_UNIT)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '')
  return `${micro < 0 ? '-' : ''}${units}${fraction === '' ? '' : `.${fraction}`}`
}

/** What separates digits where the reader lives. */
export interface Separators {
  readonly decimal: string
  readonly group: string
}

/** The separators of a locale. */
export function separatorsOf(locales: readonly string[]): Separators {
  const parts = new Intl.NumberFormat([...locales]).formatToParts(12_345.6)
  const valueOf = (type: string, otherwise: string): string =>
    parts.find((part) => part.type === type)?.value ?? otherwise
  return { decimal: valueOf('decimal', '.'), group: valueOf('group', ',') }
}

/**
 * Exact micro-USD of what someone typed; null when it is no amount, has more than six decimals, or could be read in
 * two ways (`1.000` where the point separates thousands).
 */
export function parseMoney(text: string, { decimal, group }: Separators): number | null {
  const typed = text.replace(/[\s$\u00a0\u202f]/g, '')
  const match = /^(-?)(\d+)(?:([.,])(\d{1,6}))?$/.exec(typed)
  if (match === null) return null
  const [, sign, units = '', separator, fraction = ''] = match
  const isDoubtful = separator === group && separator !== decimal && fraction.length === 3
  if (isDoubtful || (separator !== undefined && separator !== decimal && separator !== '.')) return null
  const micro = Number(units + fraction.padEnd(DECIMALS, '0'))
  if (!Number.isSafeInteger(micro)) return null
  return sign === '-' && micro !== 0 ? -micro : micro
}
