import type { JsonObject, JsonValue } from '../../../../canonical/json.js'
import { BUDGET_SHARES, effortOfBudget, nearestEffort } from '../../../../canonical/effort.js'
import type { CanonicalRequest, Effort, ReasoningRequest } from '../../../../canonical/request.js'
import { fieldPath } from '../../../protocol.js'
import { compact, type Encoding } from './encoding.js'

/** What the model is told about reasoning, and whether it was told not to reason at all. */
export interface EncodedReasoning {
  readonly fields: JsonObject
  readonly off: boolean
}

const PATH = fieldPath('reasoning')

/** Encodes effort, budget and switch in the vendor's way. */
export function encodeReasoning(request: CanonicalRequest, encoding: Encoding): EncodedReasoning {
  const wish = request.reasoning ?? {}
  const { traits } = encoding.target
  if (traits.reasoning === 'none') {
    if (wants(wish)) encoding.note('dropped', PATH, 'Reasoning was not asked for: this model has none.')
    return { fields: {}, off: true }
  }
  const effort = clashesWithTools(request, encoding) ? 'none' : chooseEffort(request, wish, encoding)
  return { fields: write(effort, wish, encoding), off: effort === 'none' }
}

function wants({ effort, budgetTokens, enabled }: ReasoningRequest): boolean {
  return effort === undefined ? enabled === true || budgetTokens !== undefined : effort !== 'none'
}

/** Some models refuse tools beside reasoning on this endpoint: without it they at least answer. */
function clashesWithTools(request: CanonicalRequest, encoding: Encoding): boolean {
  const rule = encoding.target.traits.chatToolsWithReasoning
  const effort = request.reasoning?.effort
  if (rule === undefined || rule === 'allowed' || effort === 'none') return false
  if (request.tools === undefined || request.tools.length === 0) return false
  if (rule === 'refused-explicit' && effort === undefined && request.reasoning?.budgetTokens === undefined)
    return false
  encoding.change(
    'clamped',
    PATH,
    'Reasoning was switched off: this model refuses it beside tools on this endpoint.',
  )
  return true
}

function chooseEffort(
  request: CanonicalRequest,
  wish: ReasoningRequest,
  encoding: Encoding,
): Effort | undefined {
  const asked = wish.effort ?? readBudget(request, wish, encoding)
  const { efforts } = encoding.target.traits
  if (asked === undefined || efforts === undefined) return asked
  const nearest = nearestEffort(asked, efforts)
  if (nearest === undefined || nearest === asked) return nearest
  const message = `Reasoning effort ${asked} was sent as ${nearest}: the model has no such level.`
  if (asked === 'none') encoding.change('clamped', PATH, message)
  else encoding.note('clamped', PATH, message)
  return nearest
}

const ASSUMED_OUTPUT_TOKENS = 32_000

/** A budget as an effort, by its share of the output limit, where the vendor has efforts only. */
function readBudget(
  request: CanonicalRequest,
  { budgetTokens }: ReasoningRequest,
  encoding: Encoding,
): Effort | undefined {
  if (budgetTokens === undefined || takesBudget(encoding)) return undefined
  const limit = request.maxOutputTokens ?? encoding.target.maxOutputTokens ?? ASSUMED_OUTPUT_TOKENS
  return effortOfBudget(budgetTokens, limit)
}

function takesBudget({ dialect }: Encoding): boolean {
  return dialect.reasoningControl === 'enable_thinking' || dialect.reasoningControl === 'reasoning_object'
}

function write(effort: Effort | undefined, wish: ReasoningRequest, encoding: Encoding): JsonObject {
  const { dialect } = encoding
  const named = effort === undefined ? undefined : (dialect.effortNames?.[effort] ?? effort)
  const on =
    effort === undefined
      ? (wish.enabled ?? (wish.budgetTokens === undefined ? undefined : true))
      : effort !== 'none'
  const besideSwitch = dialect.effortNames !== undefined && on === true ? named : undefined
  switch (dialect.reasoningControl ?? 'reasoning_effort') {
    case 'reasoning_effort':
      if (named === undefined && on === true) {
        encoding.note(
          'dropped',
          PATH,
          "Reasoning was left to the model's default: this vendor has no switch.",
        )
      }
      return compact({ reasoning_effort: named })
    case 'thinking_type':
      return compact({
        thinking: on === undefined ? undefined : { type: on ? 'enabled' : 'disabled' },
        reasoning_effort: besideSwitch,
      })
    case 'enable_thinking':
      return compact({
        enable_thinking: on,
        thinking_budget: on === true ? (wish.budgetTokens ?? budgetOf(effort, encoding)) : undefined,
      })
    case 'reasoning_object':
      return writeObject(named, wish, on)
    case 'chat_template_kwargs':
      return compact({
        chat_template_kwargs: on === undefined ? undefined : { enable_thinking: on },
        reasoning_effort: besideSwitch,
      })
    case 'none':
      if (wants(wish))
        encoding.note('dropped', PATH, 'Reasoning was not asked for: this vendor has no switch for it.')
      return {}
  }
}

function writeObject(
  effort: string | undefined,
  wish: ReasoningRequest,
  on: boolean | undefined,
): JsonObject {
  const object: Readonly<Record<string, JsonValue>> = compact({
    effort,
    max_tokens: effort === undefined ? wish.budgetTokens : undefined,
    enabled: effort === undefined && wish.budgetTokens === undefined ? on : undefined,
    exclude: wish.show === 'none' ? true : undefined,
    summary: wish.summary,
  }) as Readonly<Record<string, JsonValue>>
  return Object.keys(object).length === 0 ? {} : { reasoning: object }
}

/** An effort as a budget, where the bounds of the model are known; else the vendor's own default stands. */
function budgetOf(effort: Effort | undefined, { target }: Encoding): number | undefined {
  const bounds = target.traits.reasoningBudget
  if (bounds === undefined || effort === undefined) return undefined
  return Math.min(bounds.max, Math.max(bounds.min, Math.round(bounds.max * BUDGET_SHARES[effort])))
}
