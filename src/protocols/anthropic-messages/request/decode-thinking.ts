import { type JsonObject, type JsonValue, lookUp } from '../../../canonical/json.js'
import { asNumber, asObject, asString } from '../../../canonical/narrow.js'
import { asEffort, effortOfBudget } from '../../../canonical/effort.js'
import type { Effort, ReasoningRequest } from '../../../canonical/request.js'
import { SHOW_BY_DISPLAY } from '../vocabulary.js'
import { checks } from '../wire/checks.js'
import type { Warn } from '../wire/warn.js'
import type { Restored } from './restore.js'

/** What the client asked of reasoning, and the wire's own words for it. */
export interface DecodedThinking {
  readonly reasoning?: ReasoningRequest | undefined
  readonly restored: Restored
}

/** Reads `thinking` and `output_config.effort`. */
export function decodeThinking(body: JsonObject, warn: Warn): DecodedThinking {
  const thinking = checks.object(body.thinking, 'thinking')
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
  const derived =
    effort ??
    (budgetTokens === undefined ? undefined : effortOfBudget(budgetTokens, asNumber(body.max_tokens)))
  const show = lookUp(SHOW_BY_DISPLAY, asString(thinking.display))
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

/** Reads an effort; unknown ones are left out with a warning. */
export function decodeEffort(value: JsonValue | undefined, path: string, warn: Warn): Effort | undefined {
  if (value === undefined || value === null) return undefined
  const effort = asEffort(value)
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
