import type { JsonObject } from '../../../canonical/json.js'
import type { CanonicalRequest, Effort, ReasoningRequest } from '../../../canonical/request.js'
import { fieldPath } from '../../protocol.js'
import { BUDGET_SHARES, LEVELS } from '../vocabulary.js'
import type { Encoding } from './encoding.js'

/** Ascending. */
const EFFORTS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** Levels that every model with levels takes. */
const COMMON_LEVELS: readonly Effort[] = ['low', 'medium', 'high']

/** Tokens that the shares of a budget are taken of, before the model's bounds. */
const WHOLE_BUDGET = 65_536

/**
 * Encodes `thinkingConfig`: a level for models that take levels, a budget for those that take budgets, and for
 * unknown models whatever the client said.
 */
export function encodeThinking(request: CanonicalRequest, encoding: Encoding): JsonObject | undefined {
  const { reasoning } = request
  if (reasoning === undefined) return undefined
  const { traits } = encoding.target
  if (traits.reasoning === 'none') {
    const wanted =
      reasoning.effort === undefined ? reasoning.budgetTokens !== undefined : reasoning.effort !== 'none'
    if (wanted || reasoning.enabled === true) {
      clamp(encoding, 'The model does not reason.', true)
    }
    return undefined
  }
  const amount =
    traits.reasoning === 'level'
      ? encodeLevel(reasoning, request, encoding)
      : traits.reasoning === 'budget'
        ? encodeBudget(reasoning, encoding)
        : encodeAsGiven(reasoning, encoding)
  const config = { ...encodeShow(reasoning, amount, encoding), ...amount }
  return Object.keys(config).length === 0 ? undefined : config
}

interface Amount {
  readonly thinkingLevel?: string
  readonly thinkingBudget?: number
}

function encodeShow(reasoning: ReasoningRequest, amount: Amount, encoding: Encoding): JsonObject {
  switch (reasoning.show) {
    case undefined:
      return {}
    case 'none':
      return { includeThoughts: false }
    case 'raw':
      clamp(encoding, 'Gemini shows summaries of its thoughts, not the thoughts.', false)
      return showUnlessOff(amount)
    case 'summary':
      return showUnlessOff(amount)
  }
}

/** Thoughts of a model that must not think are refused. */
function showUnlessOff(amount: Amount): JsonObject {
  return amount.thinkingBudget === 0 ? {} : { includeThoughts: true }
}

function encodeLevel(reasoning: ReasoningRequest, request: CanonicalRequest, encoding: Encoding): Amount {
  const asked = reasoning.effort ?? effortOfBudget(reasoning.budgetTokens, request.maxOutputTokens)
  if (asked === undefined) return {}
  const levels =
    encoding.target.traits.efforts?.filter((effort) => LEVELS[effort] !== undefined) ?? COMMON_LEVELS
  const effort = nearest(asked, levels)
  if (effort !== asked) {
    clamp(encoding, `The model's nearest level is ${effort}.`, asked === 'none')
  }
  const level = LEVELS[effort]
  return level === undefined ? {} : { thinkingLevel: level }
}

/** The highest level that is not above what was asked for; the lowest one if all are above. */
function nearest(asked: Effort, levels: readonly Effort[]): Effort {
  const known = levels.length === 0 ? COMMON_LEVELS : levels
  const rank = EFFORTS.indexOf(asked)
  return known.findLast((effort) => EFFORTS.indexOf(effort) <= rank) ?? known[0] ?? 'low'
}

/** Claude's clients say a budget where others say an effort: the share of the answer that may be thought. */
function effortOfBudget(budget: number | undefined, limit: number | undefined): Effort | undefined {
  if (budget === undefined) return undefined
  if (budget === 0) return 'none'
  const share = budget / Math.max(limit ?? WHOLE_BUDGET, budget)
  if (share < 0.2) return 'low'
  if (share < 0.45) return 'medium'
  return share < 0.75 ? 'high' : 'xhigh'
}

function encodeBudget(reasoning: ReasoningRequest, encoding: Encoding): Amount {
  const { reasoningBudget: bounds, reasoningOff } = encoding.target.traits
  const { effort, budgetTokens } = reasoning
  if (effort === undefined && budgetTokens === undefined) {
    return reasoning.enabled === true ? { thinkingBudget: -1 } : {}
  }
  const min = bounds?.min ?? 0
  if (effort === 'none' || budgetTokens === 0) {
    if (reasoningOff !== false) return { thinkingBudget: 0 }
    clamp(encoding, 'The model always reasons: it gets its smallest budget.', true)
    return { thinkingBudget: min }
  }
  const asked = budgetTokens ?? Math.round(BUDGET_SHARES[effort ?? 'medium'] * WHOLE_BUDGET)
  const thinkingBudget = Math.min(Math.max(asked, min), bounds?.max ?? asked)
  if (budgetTokens !== undefined && thinkingBudget !== budgetTokens) {
    clamp(encoding, `The model's nearest budget is ${thinkingBudget} tokens.`, false)
  }
  return { thinkingBudget }
}

function encodeAsGiven(reasoning: ReasoningRequest, encoding: Encoding): Amount {
  const { effort, budgetTokens } = reasoning
  if (effort === 'none') return { thinkingBudget: 0 }
  if (effort !== undefined) {
    const known = nearest(effort, ['minimal', ...COMMON_LEVELS])
    if (known !== effort) clamp(encoding, `Gemini's nearest level is ${known}.`, false)
    return { thinkingLevel: LEVELS[known] ?? 'HIGH' }
  }
  if (budgetTokens !== undefined) return { thinkingBudget: budgetTokens }
  return reasoning.enabled === true ? { thinkingBudget: -1 } : {}
}

function clamp(encoding: Encoding, message: string, semantic: boolean): void {
  encoding.warnings.push({ code: 'clamped', path: fieldPath('reasoning'), message, semantic })
}
