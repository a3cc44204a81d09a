import type { JsonObject } from './json.js'
import { asNumber } from './narrow.js'
import type { UpstreamError, UpstreamErrorKind } from './upstream-error.js'

/**
 * What vendors write when a conversation is too long. One table for all protocols: aggregators, proxies and
 * OpenAI-compatible endpoints pass on the words of whoever runs the model.
 */
const OVERFLOW_WORDS: readonly RegExp[] = [
  /maximum (?:context|prompt) length/i,
  /prompt is too long|input (?:is|length is) too long/i,
  /exceeds? (?:the |this |your )?(?:model'?s? |maximum |available )*context\b/i,
  /input token count[^.]{0,60}(?:exceeds|but model only supports)/i,
  /(?:input|prompt|request)[^.]{0,60}exceeds the maximum number of tokens/i,
  /range of input length should be/i,
  /exceeded model token limit/i,
  /too large for model with/i,
  /reduce the length of the (?:messages|input|prompt)/i,
  /\d tokens? > \d[\d,]* maximum/i,
  /must be <= \d[\d,]*\. given: \d[\d,]* `?inputs`? tokens/i,
  /context_length_exceeded|exceed_context_size|context_window_exceeded/i,
]

/** The sentences that name both numbers; `more` is added to `actual`. They count only beside a word from above. */
const OVERFLOW_NUMBERS: readonly RegExp[] = [
  /context limit: (?<actual>\d[\d,]*) \+ (?<more>\d[\d,]*) > (?<limit>\d[\d,]*)/i,
  /(?<actual>\d[\d,]*) tokens? > (?<limit>\d[\d,]*)/i,
  /maximum (?:context|prompt) length (?:of the model )?(?:is|of) (?<limit>\d[\d,]*)\D{1,100}(?<actual>\d[\d,]*)/i,
  /maximum context length (?:is|of) (?<limit>\d[\d,]*)[^]{0,80}?(?:resulted in|requested(?: about)?|has|contains?) (?<actual>\d[\d,]*)/i,
  /token count (?:is )?\(?(?<actual>\d[\d,]*)\)? (?:exceeds|but model only supports)\D{0,80}(?<limit>\d[\d,]*)/i,
  /\((?<actual>\d[\d,]*) tokens?\) exceeds the available context size \((?<limit>\d[\d,]*)/i,
  /contains (?<actual>\d[\d,]*) tokens\b[^]{0,80}?(?<limit>\d[\d,]*) maximum context/i,
  /must be <= (?<limit>\d[\d,]*)\. given: (?<actual>\d[\d,]*)/i,
  /cannot exceed (?<limit>\d[\d,]*)\D{1,20}received (?<actual>\d[\d,]*)/i,
  /(?:exceeds?|exceeded)(?: the)?(?: model'?s?)? (?:context window|context length|token limit)\D{0,20}(?<limit>\d[\d,]*)\D{1,40}(?<actual>\d[\d,]*)/i,
  /(?<actual>\d[\d,]*) tokens?\b\D{0,100}\bcontext (?:window|length|size) (?:of|is) (?<limit>\d[\d,]*)/i,
  /context window (?:of|is) (?<limit>\d[\d,]*)\D{1,100}(?<actual>\d[\d,]*)/i,
]

const BILLING_WORDS: readonly RegExp[] = [
  // Google says the same of its rate limits, and then names the metric, the wait or its page about limits.
  /exceeded your current quota(?![^]*(?:quota exceeded for metric|retry in|\/rate-limits))/i,
  /insufficient (?:balance|quota|credits?|funds)|insufficient_quota|exceeded_current_quota/i,
  /credit balance is too low|out of credits|not enough credits|requires more credits/i,
  /credits? (?:are |is |have been )?(?:depleted|exhausted|used up)|credit_(?:balance|limit)|spend_limit_reached/i,
  /(?:enable|disabled|requires?) billing/i,
  /billing (?:account )?(?:is |to be |has been )?(?:disabled|enabled|closed)/i,
]

const AUTHENTICATION_WORDS: readonly RegExp[] = [
  /api key (?:not valid|expired|not found)|API_KEY_INVALID/i,
  /(?:incorrect|invalid) (?:x-)?api[ -]key|invalid authentication/i,
]

/** What a model cannot do is the request's fault, though some call it a missing model. */
const INABILITY_WORDS: readonly RegExp[] = [
  /no endpoints found that support/i,
  /(?:image|audio|video|file|document) input is not supported/i,
]

/** In order: a text that speaks of several is about the first. */
const WORDINGS: readonly (readonly [UpstreamErrorKind, readonly RegExp[]])[] = [
  ['context-overflow', OVERFLOW_WORDS],
  ['billing', BILLING_WORDS],
  ['authentication', AUTHENTICATION_WORDS],
  ['bad-request', INABILITY_WORDS],
]

const LONGEST_MESSAGE = 2_000

/** What the text of an error tells better than its code and status; undefined for most texts. */
export function kindOfWording(text: string): UpstreamErrorKind | undefined {
  return WORDINGS.find(([, words]) => words.some((word) => word.test(text)))?.[0]
}

/**
 * Both numbers of a context overflow, from the fields of the error object (llama.cpp) or whatever words a vendor has
 * for it. Undefined where they are not said, or are no numbers of an overflow.
 */
export function readOverflow(text: string, error?: JsonObject): UpstreamError['tokens'] {
  const actual = asNumber(error?.['n_prompt_tokens'])
  const limit = asNumber(error?.['n_ctx'])
  if (actual !== undefined && limit !== undefined) return { actual, limit }
  for (const sentence of OVERFLOW_NUMBERS) {
    const groups = sentence.exec(text)?.groups
    if (groups === undefined) continue
    const numbers = {
      actual: toCount(groups['actual']) + toCount(groups['more']),
      limit: toCount(groups['limit']),
    }
    // A number that is not over the limit is another one: of the output asked for, or of a model's name.
    if (numbers.actual > numbers.limit) return numbers
  }
  return undefined
}

/** A vendor's text, cut where it goes on too long: some repeat the whole prompt. */
export function clipMessage(text: string): string {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text
}

function toCount(digits: string | undefined): number {
  return Number((digits ?? '0').replaceAll(',', ''))
}
