import type { JsonObject } from '../../../canonical/json.js'
import { effortOfBudget, nearestEffort } from '../../../canonical/effort.js'
import type { CanonicalRequest, Effort, ReasoningRequest } from '../../../canonical/request.js'
import { fieldPath } from '../../protocol.js'
import { warn, type EncodeJob } from './encode-content.js'

/** For "on": some models do not reason unless they are told how much. */
const DEFAULT_EFFORT: Effort = 'medium'

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
    readBudget(reasoning.budgetTokens, maxOutputTokens) ??
    (reasoning.enabled ? DEFAULT_EFFORT : undefined)
  if (asked === undefined) return undefined
  const known = job.target.traits.efforts
  const effort = known === undefined ? asked : (nearestEffort(asked, known) ?? asked)
  if (effort !== asked) {
    warn(job, 'clamped', fieldPath('reasoning'), `The model has no effort "${asked}"; "${effort}" was sent.`)
  }
  return effort
}

function readBudget(budget: number | undefined, limit: number | undefined): Effort | undefined {
  if (budget === undefined) return undefined
  return budget <= 0 ? 'none' : effortOfBudget(budget, limit)
}
