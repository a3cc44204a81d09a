import type { JsonObject } from '../../../canonical/json.js'
import type { CanonicalRequest, Effort, ReasoningRequest } from '../../../canonical/request.js'
import { fieldPath } from '../../protocol.js'
import { EFFORTS } from '../vocabulary.js'
import { warn, type EncodeJob } from './encode-content.js'

/** Upper bounds of the part of the output limit that a budget takes, and the effort that it amounts to. */
const BUDGET_CLASSES: readonly { readonly below: number; readonly effort: Effort }[] = [
  { below: 0.2, effort: 'low' },
  { below: 0.45, effort: 'medium' },
  { below: 0.75, effort: 'high' },
]
/** For "on": some models do not reason unless they are told how much. */
const DEFAULT_EFFORT: Effort = 'medium'
const LARGEST_BUDGET_CLASS: Effort = 'xhigh'

/** Encodes `reasoning`; undefined when nothing is asked. */
export function encodeReasoningRequest(request: CanonicalRequest, job: EncodeJob): JsonObject | undefined {
  const { reasoning } = request
  if (reasoning === undefined) return undefined
  if (job.target.traits.reasoning === 'none') {
    warn(job, 'dropped', fieldPath('reasoning'), 'The model does not reason.')
    return undefined
  }
  const effort = encodeEffort(reasoning, request, job)
  const shown = reasoning.show === 'summary' || reasoning.show === 'raw'
  const summary = shown ? (reasoning.summary ?? 'auto') : undefined
  if (effort === undefined && summary === undefined) return undefined
  return { ...(effort === undefined ? {} : { effort }), ...(summary === undefined ? {} : { summary }) }
}

/** The effort that a request amounts to, clamped to those that the model takes. */
function encodeEffort(
  reasoning: ReasoningRequest,
  { maxOutputTokens }: CanonicalRequest,
  job: EncodeJob,
): Effort | undefined {
  const asked =
    reasoning.effort ??
    effortOfBudget(reasoning.budgetTokens, maxOutputTokens) ??
    (reasoning.enabled ? DEFAULT_EFFORT : undefined)
  if (asked === undefined) return undefined
  const known = job.target.traits.efforts
  const effort = known === undefined || known.length === 0 ? asked : nearest(asked, known)
  if (effort !== asked) {
    warn(job, 'clamped', fieldPath('reasoning'), `The model has no effort "${asked}"; "${effort}" was sent.`)
  }
  return effort
}

function effortOfBudget(budget: number | undefined, limit: number | undefined): Effort | undefined {
  if (budget === undefined) return undefined
  if (budget <= 0) return 'none'
  const part = budget / Math.max(limit ?? 0, budget)
  return BUDGET_CLASSES.find(({ below }) => part < below)?.effort ?? LARGEST_BUDGET_CLASS
}

/** The next lower effort that is known, else the lowest. */
function nearest(asked: Effort, known: readonly Effort[]): Effort {
  const rank = EFFORTS.indexOf(asked)
  const below = EFFORTS.filter(
    (effort, at) => at <= rank && known.includes(effort) && (effort !== 'none' || rank === 0),
  )
  const above = EFFORTS.find((effort, at) => at > rank && known.includes(effort))
  return below.at(-1) ?? above ?? asked
}
