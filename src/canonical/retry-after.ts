import type { JsonObject } from './json.js'
import { asNumber, asObjects, asString } from './narrow.js'

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, milli: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const DURATION = /(\d+(?:\.\d+)?)\s*(ms|milli|s|m|h)/gi
/** "Please try again in 6m0.5s", "Retry after 20 seconds". */
const SAID = /(?:try again|retry)(?:\s+(?:in|after))?:?\s+((?:\d+(?:\.\d+)?\s*[a-z]+\s*)+)/i

/**
 * The wait in milliseconds that a vendor asks for: in its headers, in fields of the error object, or in its text.
 * Whichever is more exact comes first; undefined when nothing is said.
 */
export function readRetryAfterMs(
  headers: Readonly<Record<string, string>>,
  error: JsonObject | undefined,
  message: string,
): number | undefined {
  return (
    amountMs(headers['retry-after-ms'], 1) ??
    amountMs(headers['retry-after'], 1_000) ??
    untilDate(headers['retry-after'], headers['date']) ??
    readFields(error) ??
    durationMs(SAID.exec(message)?.[1])
  )
}

function amountMs(value: string | undefined, unitMs: number): number | undefined {
  return value !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(value)
    ? Math.ceil(Number(value) * unitMs)
    : undefined
}

/** The other form of `Retry-After`, measured by the vendor's own clock. */
function untilDate(value: string | undefined, now: string | undefined): number | undefined {
  const wait = Date.parse(value ?? '') - Date.parse(now ?? '')
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined
}

/** Google's `RetryInfo`, which its OpenAI-compatible endpoint keeps, and `resets_in_seconds` of ChatGPT plans. */
function readFields(error: JsonObject | undefined): number | undefined {
  for (const detail of asObjects(error?.['details'])) {
    const wait = durationMs(asString(detail['retryDelay']))
    if (wait !== undefined) return wait
  }
  const resetsIn = asNumber(error?.['resets_in_seconds'])
  return resetsIn === undefined || resetsIn < 0 ? undefined : Math.ceil(resetsIn * 1_000)
}

/** `1.5s`, `300ms`, `1m12.5s`, `7 seconds`. */
function durationMs(text: string | undefined): number | undefined {
  const amounts = [...(text ?? '').matchAll(DURATION)]
  if (amounts.length === 0) return undefined
  return Math.ceil(
    amounts.reduce(
      (sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit?.toLowerCase() ?? ''] ?? 0),
      0,
    ),
  )
}
