import type { JsonObject, JsonValue } from '../../../../canonical/json.js'
import type { CanonicalRequest, Effort, ReasoningRequest } from '../../../../canonical/request.js'
import { fieldPath } from '../../../protocol.js'
import { EFFORTS } from '../../vocabulary.js'
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
  const asked = wish.effort ?? effortOfBudget(request, wish, encoding)
  const { efforts } = encoding.target.traits
  if (asked === undefined || efforts === undefined || efforts.includes(asked)) return asked
  const nearest = findNearest(asked, efforts)
  if (nearest === undefined) return undefined
  const message = `Reasoning effort ${asked} was sent as ${nearest}: the model has no such level.`
  if (asked === 'none') encoding.change('clamped', PATH, message)
  else encoding.note('clamped', PATH, message)
  return nearest
}

/** The next lower level that still reasons, else the lowest that does; `none` is never put for another wish. */
function findNearest(asked: Effort, efforts: readonly Effort[]): Effort | undefined {
  const rank = (effort: Effort): number => EFFORTS.indexOf(effort)
  const reasoning = efforts
    .filter((effort) => effort !== 'none')
    .sort((one, other) => rank(one) - rank(other))
  return reasoning.findLast((effort) => rank(effort) <= rank(asked)) ?? reasoning[0]
}

const BUDGET_SHARES: readonly (readonly [number, Effort])[] = [
  [0.2, 'low'],
  [0.45, 'medium'],
  [0.75, 'high'],
]
const ASSUMED_OUTPUT_TOKENS = 32_000

/** A budget as an effort, by its share of the output limit, where the vendor has efforts only. */
function effortOfBudget(
  request: CanonicalRequest,
  { budgetTokens }: ReasoningRequest,
  encoding: Encoding,
): Effort | undefined {
  if (budgetTokens === undefined || takesBudget(encoding)) return undefined
  const limit = request.maxOutputTokens ?? encoding.target.maxOutputTokens ?? ASSUMED_OUTPUT_TOKENS
  const share = budgetTokens / Math.max(limit, 1)
  return BUDGET_SHARES.find(([bound]) => share < bound)?.[1] ?? 'xhigh'
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

const EFFORT_SHARES: Readonly<Partial<Record<Effort, number>>> = {
  minimal: 0.02,
  low: 0.1,
  medium: 0.3,
  high: 0.6,
  xhigh: 0.9,
  max: 1,
}

/** An effort as a budget, where the bounds of the model are known; else the vendor's own default stands. */
function budgetOf(effort: Effort | undefined, { target }: Encoding): number | undefined {
  const bounds = target.traits.reasoningBudget
  const share = EFFORT_SHARES[effort ?? 'none']
  if (bounds === undefined || share === undefined) return undefined
  return Math.min(bounds.max, Math.max(bounds.min, Math.round(bounds.max * share)))
}
