import { readOverflow } from '../../../canonical/error-signs.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import { readRejectedCapability } from './capability.js'

type Overflow = Pick<UpstreamError, 'message' | 'tokens'>

/** The words from which agents learn that a conversation, or what they want to hear on top of it, is too long. */
export function overflowWording({ message, tokens }: Overflow): string {
  const numbers = tokens ?? readOverflow(message)
  const output = readOutput(message)
  if (numbers !== undefined && output !== undefined) {
    const { actual, limit } = numbers
    const input = actual - output
    if (input >= 0 && input <= limit) {
      return `input length and \`max_tokens\` exceed context limit: ${input} + ${output} > ${limit}, decrease input length or \`max_tokens\` and try again`
    }
  }
  if (numbers !== undefined) return `prompt is too long: ${numbers.actual} tokens > ${numbers.limit} maximum`
  const fit = readFit(message)
  if (fit !== undefined) return fit
  return /^prompt is too long/i.test(message) ? message : `prompt is too long: ${message}`
}

/** The words from which agents learn what a model cannot do; other refusals keep their own. */
export function refusalWording(message: string): string {
  const limit = readOutputLimit(message)
  if (limit !== undefined) {
    return `max_tokens: ${limit.asked} > ${limit.most}, which is the maximum allowed number of output tokens for this model`
  }
  const capability = readRejectedCapability(message)
  return capability === undefined ? message : `capability_rejected: ${capability}`
}

/** The part of what was asked for that is output, where a vendor names it. */
const OUTPUT_SHARES: readonly RegExp[] = [
  /context limit: \d[\d,]* \+ (\d[\d,]*) > /i,
  /(\d[\d,]*) (?:tokens )?(?:in|for) the (?:completion|output)/i,
  /(\d[\d,]*) `?max_new_tokens/i,
]

function readOutput(message: string): number | undefined {
  return OUTPUT_SHARES.map((share) => toCount(share.exec(message)?.[1])).find((count) => count !== undefined)
}

/** A vendor that names the room that is left: the prompt fits, the output does not. */
const NO_ROOM =
  /max(?:_completion)?_tokens.{0,40}too large: (\d+)[^]{0,20}maximum context length is (\d+) tokens and your request has (\d+) input tokens/i

function readFit(message: string): string | undefined {
  const [output, limit, input] = (NO_ROOM.exec(message) ?? []).slice(1).map(toCount)
  if (output === undefined || limit === undefined || input === undefined) return undefined
  return overflowWording({
    message: `exceed context limit: ${input} + ${output} > ${limit}`,
    tokens: { actual: input + output, limit },
  })
}

/** Output asked for, and what the model can give. `below`: the limit itself is not allowed. */
const OUTPUT_LIMITS: readonly RegExp[] = [
  /supports at most (?<most>\d+) (?:completion|output) tokens, whereas you provided (?<asked>\d+)/i,
  /maxOutputTokens value of (?<asked>\d+) but the supported range is from 1 \(inclusive\) to (?<below>\d+) \(exclusive\)/i,
  /max_tokens: (?<asked>\d+) > (?<most>\d+)/i,
]

function readOutputLimit(message: string): { readonly asked: number; readonly most: number } | undefined {
  for (const limit of OUTPUT_LIMITS) {
    const groups = limit.exec(message)?.groups
    const asked = toCount(groups?.['asked'])
    const below = toCount(groups?.['below'])
    const most = toCount(groups?.['most']) ?? (below === undefined ? undefined : below - 1)
    if (asked !== undefined && most !== undefined && asked > most) return { asked, most }
  }
  return undefined
}

function toCount(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits.replaceAll(',', ''))
}
