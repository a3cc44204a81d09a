import type { JsonObject } from '../../../canonical/json.js'
import { BUDGET_SHARES, effortOfBudget, nearestEffort } from '../../../canonical/effort.js'
import type { CanonicalRequest, Effort, ReasoningRequest } from '../../../canonical/request.js'
import { fieldPath } from '../../protocol.js'
import { LEVELS } from '../vocabulary.js'
import type { Encoding } from './encoding.js'

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
  const asked = reasoning.effort ?? readBudget(reasoning.budgetTokens, request.maxOutputTokens)
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

function nearest(asked: Effort, levels: readonly Effort[]): Effort {
  return nearestEffort(asked, levels.length === 0 ? COMMON_LEVELS : levels) ?? 'low'
}

/** Claude's clients say a budget where others say an effort: the share of the answer that may be thought. */
function readBudget(budget: number | undefined, limit: number | undefined): Effort | undefined {
  if (budget === undefined) return undefined
  return budget === 0 ? 'none' : effortOfBudget(budget, limit ?? WHOLE_BUDGET)
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
