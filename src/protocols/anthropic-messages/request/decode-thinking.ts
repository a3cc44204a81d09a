import { type JsonObject, type JsonValue } from '../../../canonical/json.js'
import type { Effort, ReasoningRequest } from '../../../canonical/request.js'
import { EFFORTS, SHOW_BY_DISPLAY } from '../vocabulary.js'
import { asNumber, asObject, asString } from '../wire/index.js'
import type { Warn } from '../wire/warn.js'
import type { Restored } from './restore.js'

/** What the client asked of reasoning, and the wire's own words for it. */
export interface DecodedThinking {
  readonly reasoning?: ReasoningRequest | undefined
  readonly restored: Restored
}

/** Upper bounds of the budget's share of `max_tokens`; a larger share is `xhigh`. */
const EFFORT_BY_SHARE: readonly { readonly below: number; readonly effort: Effort }[] = [
  { below: 0.2, effort: 'low' },
  { below: 0.45, effort: 'medium' },
  { below: 0.75, effort: 'high' },
]

/** Reads `thinking` and `output_config.effort`. */
export function decodeThinking(body: JsonObject, warn: Warn): DecodedThinking {
  const thinking = asObject(body.thinking)
  const effort = decodeEffort(asObject(body.output_config)?.effort, 'output_config.effort', warn)
  if (thinking === undefined) {
    return effort === undefined
      ? { restored: {} }
      : { reasoning: { effort }, restored: { thinking: 'absent' } }
  }
  const type = asString(thinking.type) ?? 'adaptive'
  const restored = restoredThinking(thinking, type)
  if (type === 'disabled' || type === 'between_tools') {
    return {
      reasoning: { effort: 'none' },
      restored: effort === undefined ? restored : { ...restored, effort },
    }
  }
  const budgetTokens = type === 'enabled' ? asNumber(thinking.budget_tokens) : undefined
  const derived = effort ?? effortOfBudget(budgetTokens, asNumber(body.max_tokens))
  const show = SHOW_BY_DISPLAY[asString(thinking.display) ?? '']
  return {
    reasoning: {
      enabled: true,
      ...(derived === undefined ? {} : { effort: derived }),
      ...(budgetTokens === undefined ? {} : { budgetTokens }),
      ...(show === undefined ? {} : { show }),
    },
    restored,
  }
}

/** The effort that a thinking budget stands for, given the limit that contains it. */
export function effortOfBudget(
  budgetTokens: number | undefined,
  maxTokens: number | undefined,
): Effort | undefined {
  if (budgetTokens === undefined) return undefined
  const share = budgetTokens / Math.max(maxTokens ?? 0, budgetTokens, 1)
  return EFFORT_BY_SHARE.find(({ below }) => share < below)?.effort ?? 'xhigh'
}

/** Reads an effort; unknown ones are left out with a warning. */
export function decodeEffort(value: JsonValue | undefined, path: string, warn: Warn): Effort | undefined {
  if (value === undefined || value === null) return undefined
  const effort = EFFORTS.find((known) => known === value)
  if (effort === undefined) warn('dropped', path, 'This effort is not known here.', true)
  return effort
}

function restoredThinking(thinking: JsonObject, type: string): Restored {
  const display = asString(thinking.display)
  const blockBinding = asObject(thinking.block_binding)
  return {
    thinking: type,
    ...(display === undefined ? {} : { display }),
    ...(blockBinding === undefined ? {} : { blockBinding }),
  }
}
