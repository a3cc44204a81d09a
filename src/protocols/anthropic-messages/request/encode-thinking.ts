import type { JsonObject } from '../../../canonical/json.js'
import { BUDGET_SHARES, effortOfBudget, nearestEffort } from '../../../canonical/effort.js'
import type { Effort, ReasoningRequest } from '../../../canonical/request.js'
import type { ModelTraits } from '../../../canonical/target.js'
import { fieldPath } from '../../protocol.js'
import { DISPLAY_BY_SHOW } from '../vocabulary.js'
import { NATIVE_FAMILY } from '../wire/index.js'
import type { Scope } from './scope.js'

/** `thinking` and `output_config.effort`. */
export interface EncodedThinking {
  readonly thinking?: JsonObject | undefined
  readonly effort?: string | undefined
}

/** What bounds thinking besides the client's wish. */
export interface ThinkingBounds {
  /** The client's output limit; undefined when it named none. */
  readonly clientLimit: number | undefined
  /** `max_tokens`, which contains a thinking budget. */
  readonly maxTokens: number
  /** Why thinking cannot be on in this request. */
  readonly forbidden?: string | undefined
}

/**
 * Signatures are bound to everything before them. Clients of other protocols cannot repeat that to the byte, so
 * the vendor is asked to leave out blocks that do not fit rather than to refuse the request. From the first turn on,
 * when there is none yet: later turns have to begin with the same bytes.
 */
const DROP_UNBOUND: JsonObject = { prefix_mismatch_behavior: 'drop_block' }
const PATH = fieldPath('reasoning')
const SMALLEST_BUDGET = 1024
/** The budget is part of the output limit: some of it has to be left for the answer. */
const LARGEST_SHARE = 0.95
/** What the wire has a word for. */
const WIRE_EFFORTS: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max']

/** Encodes the wish for reasoning in the way that the model understands. */
export function encodeThinking(scope: Scope, bounds: ThinkingBounds): EncodedThinking {
  const { request, target, restored, warn } = scope
  const { reasoning } = request
  if (reasoning === undefined) return {}
  if (reasoning.effort === 'none') return encodeOff(scope)
  const { traits } = target
  const mode = traits.reasoning ?? (restored?.thinking === 'enabled' ? 'budget' : 'adaptive')
  if (mode === 'none') {
    warn('dropped', PATH, 'The model does not reason.', reasoning.effort !== undefined)
    return {}
  }
  if (bounds.forbidden !== undefined && mode === 'budget') {
    warn('dropped', PATH, bounds.forbidden, true)
    return {}
  }
  if (mode === 'budget') return encodeBudget(scope, reasoning, bounds)
  if (!isWanted(reasoning)) return {}
  const effort = reasoning.effort === undefined ? {} : { effort: toWireEffort(reasoning.effort, scope) }
  if (restored?.thinking === 'absent') return effort
  if (bounds.forbidden !== undefined) {
    warn('dropped', PATH, bounds.forbidden, true)
    return effort
  }
  const binding = restored === null && target.family === NATIVE_FAMILY
  return {
    thinking: {
      type: 'adaptive',
      ...optionsOf(scope, reasoning),
      ...(binding ? { block_binding: DROP_UNBOUND } : {}),
    },
    ...effort,
  }
}

/** False for a request that only says how reasoning is to be shown, if there is any. */
function isWanted({ enabled, effort, budgetTokens, show }: ReasoningRequest): boolean {
  return enabled === true || effort !== undefined || budgetTokens !== undefined || (show ?? 'none') !== 'none'
}

/** Thinking off, or as near to it as the model allows. */
function encodeOff(scope: Scope): EncodedThinking {
  const { target, restored, warn } = scope
  const { traits } = target
  const effort = restored?.effort === undefined ? {} : { effort: restored.effort }
  if (traits.reasoning === 'none') return effort
  if (traits.betweenTools ?? restored?.thinking === 'between_tools') {
    return { thinking: { type: 'between_tools' }, ...effort }
  }
  if (traits.reasoningOff === false) {
    warn('clamped', PATH, 'The model always reasons; it is told to do so least.')
    return { effort: toWireEffort('low', scope) }
  }
  return { thinking: { type: 'disabled' }, ...effort }
}

function encodeBudget(
  scope: Scope,
  reasoning: ReasoningRequest,
  { clientLimit, maxTokens }: ThinkingBounds,
): EncodedThinking {
  const { target, restored, warn } = scope
  const { traits } = target
  const effort = encodeBudgetEffort(scope, reasoning, clientLimit)
  const wanted = reasoning.budgetTokens ?? budgetOf(reasoning, maxTokens)
  if (wanted === undefined || restored?.thinking === 'absent') return effort
  const bounded = clamp(wanted, traits.reasoningBudget)
  // The limit is what was paid for: the budget has to fit into it, and never the other way round.
  const budget = bounded < maxTokens ? bounded : Math.floor(LARGEST_SHARE * maxTokens)
  if (budget < SMALLEST_BUDGET) {
    warn('dropped', PATH, 'The output limit leaves no room for reasoning.', true)
    return effort
  }
  if (reasoning.budgetTokens !== undefined && budget !== reasoning.budgetTokens) {
    warn('clamped', PATH, 'The reasoning budget was brought within what the limit and the model allow.')
  }
  return {
    thinking: { type: 'enabled', budget_tokens: budget, ...optionsOf(scope, reasoning) },
    ...effort,
  }
}

/** An effort beside the budget, for models that take both; one that only restates the budget is left out. */
function encodeBudgetEffort(
  scope: Scope,
  { effort, budgetTokens }: ReasoningRequest,
  clientLimit: number | undefined,
): { effort?: string } {
  const { target, restored } = scope
  const takesEffort = (target.traits.efforts?.length ?? (restored === null ? 0 : 1)) > 0
  const isDerived = budgetTokens !== undefined && effortOfBudget(budgetTokens, clientLimit) === effort
  return effort === undefined || !takesEffort || isDerived ? {} : { effort: toWireEffort(effort, scope) }
}

function budgetOf({ effort, enabled }: ReasoningRequest, maxTokens: number): number | undefined {
  const wish = effort ?? (enabled === true ? 'medium' : undefined)
  if (wish === undefined) return undefined
  const share = Math.min(BUDGET_SHARES[wish], LARGEST_SHARE)
  return Math.max(SMALLEST_BUDGET, Math.floor(share * maxTokens))
}

function clamp(value: number, bounds: ModelTraits['reasoningBudget']): number {
  return bounds === undefined ? value : Math.min(Math.max(value, bounds.min), bounds.max)
}

/** What of the thinking is shown, and what becomes of blocks whose signature does not fit the conversation. */
function optionsOf({ restored }: Scope, { show }: ReasoningRequest): JsonObject {
  const display = restored?.display ?? (show === undefined ? undefined : DISPLAY_BY_SHOW[show])
  return {
    ...(display === undefined ? {} : { display }),
    ...(restored?.blockBinding === undefined ? {} : { block_binding: restored.blockBinding }),
  }
}

/** The nearest effort that the model takes and the wire has a word for. */
function toWireEffort(effort: Effort, { target, warn }: Scope): string {
  const taken = (target.traits.efforts ?? WIRE_EFFORTS).filter((one) => WIRE_EFFORTS.includes(one))
  const nearest = nearestEffort(effort, taken) ?? 'low'
  if (nearest === effort) return effort
  warn('clamped', PATH, 'The effort was brought to the nearest one that the model takes.')
  return nearest
}
