import { type JsonObject, lookUp } from '../../../canonical/json.js'
import { asObject } from '../../../canonical/narrow.js'
import type { CanonicalRequest, SystemMessage } from '../../../canonical/request.js'
import type { Target } from '../../../canonical/target.js'
import { fieldPath, type CodecContext, type Translated } from '../../protocol.js'
import { WIRE_BY_TIER } from '../vocabulary.js'
import { collectWarnings } from '../wire/warn.js'
import { encodeCache } from './cache.js'
import { encodeChoice, isForced } from './encode-choice.js'
import { encodeText } from './encode-content.js'
import { encodeFormat } from './encode-format.js'
import { encodeMessages, splitInstructions } from './encode-messages.js'
import { encodeSampling, refuseOrDrop } from './encode-sampling.js'
import { encodeThinking, type EncodedThinking } from './encode-thinking.js'
import { encodeTools } from './encode-tools.js'
import { fieldsOf, reinsert, restoredOf } from './restore.js'
import type { Draft, Scope } from './scope.js'

/** Output limit where neither the client nor the catalogue names one. */
const DEFAULT_MAX_TOKENS = 16_384
/** An answer that does not stream must come before idle connections are cut. */
const MOST_WITHOUT_STREAM = 21_333

/** Encodes a request for a vendor. */
export function encodeRequest(
  request: CanonicalRequest,
  target: Target,
  _context: CodecContext,
): Translated<JsonObject> {
  const { warnings, warn } = collectWarnings()
  const scope: Scope = { request, target, warn, restored: restoredOf(request), marked: [] }
  refuseOrDrop(scope)
  const { instructions, conversation } = splitInstructions(request.messages)
  const ownTools = encodeTools(scope)
  const format = encodeFormat(scope, ownTools.length > 0)
  const tools = format.tool === undefined ? ownTools : [...ownTools, format.tool]
  const { choice, reminder } =
    format.tool === undefined
      ? encodeChoice(scope, tools.length > 0)
      : { choice: { type: 'tool', name: format.tool.name }, reminder: undefined }
  if (reminder !== undefined) warn('emulated', 'system', 'The choice of tools was added to the instructions.')
  const system = encodeSystem(instructions, [format.reminder, reminder], scope)
  const messages = encodeMessages(conversation, scope)
  const maxTokens = maxTokensOf(scope)
  const thinking = encodeThinking(scope, {
    clientLimit: request.maxOutputTokens,
    maxTokens,
    forbidden: whyNoThinking(choice, messages, scope),
  })
  const isThinking = thinking.thinking?.type === 'enabled' || thinking.thinking?.type === 'adaptive'
  return {
    value: {
      model: target.model,
      max_tokens: maxTokens,
      ...(system.length > 0 ? { system } : {}),
      messages,
      ...(tools.length > 0 ? { tools } : {}),
      ...(choice === undefined ? {} : { tool_choice: choice }),
      ...(thinking.thinking === undefined ? {} : { thinking: thinking.thinking }),
      ...encodeOutputConfig(scope, thinking, format.format),
      ...encodeSampling(scope, isThinking),
      ...encodeCache(scope),
      ...encodeTier(scope),
      ...encodeUser(scope),
      ...otherFields(scope),
      ...(request.stream ? { stream: true } : {}),
    },
    warnings,
  }
}

function encodeSystem(
  instructions: readonly SystemMessage[],
  reminders: readonly (string | undefined)[],
  scope: Scope,
): JsonObject[] {
  const blocks: Draft[] = instructions.flatMap((message) => {
    if (message.name !== undefined) {
      scope.warn('dropped', `${message.path ?? 'system'}.name`, 'The vendor knows no names of participants.')
    }
    return message.content.flatMap((part) => encodeText(part, scope))
  })
  const added = reminders.flatMap((text) => (text === undefined ? [] : [{ type: 'text', text }]))
  return [...reinsert(blocks, scope.restored?.system), ...added]
}

function maxTokensOf({ request, target, warn }: Scope): number {
  const limit = target.maxOutputTokens
  const { maxOutputTokens, stream } = request
  if (maxOutputTokens === undefined) {
    const most = limit ?? DEFAULT_MAX_TOKENS
    return stream ? most : Math.min(most, MOST_WITHOUT_STREAM)
  }
  if (limit === undefined || maxOutputTokens <= limit) return maxOutputTokens
  warn('clamped', fieldPath('maxOutputTokens'), 'The model writes no more than its own limit.')
  return limit
}

/**
 * Why thinking cannot be on. Models that take sampling parameters refuse it beside a forced tool; models with a
 * budget want the step in progress to begin with thinking.
 */
function whyNoThinking(
  choice: JsonObject | undefined,
  messages: readonly JsonObject[],
  { target, restored }: Scope,
): string | undefined {
  const { reasoning, sampling } = target.traits
  const isOld = reasoning === 'budget' || sampling === 'free' || sampling === 'when-reasoning-off'
  if (isOld && isForced(choice)) return 'The model refuses reasoning beside a forced tool call.'
  const isBudget = reasoning === 'budget' || (reasoning === undefined && restored?.thinking === 'enabled')
  if (isBudget && isStepWithoutThinking(messages)) {
    return 'The tool calls in progress came without reasoning that this vendor can read.'
  }
  return undefined
}

function isStepWithoutThinking(messages: readonly JsonObject[]): boolean {
  const last = messages.at(-1)
  if (!blocksOf(last).some(({ type }) => type === 'tool_result')) return false
  const step = messages.findLast(({ role }) => role === 'assistant')
  const [first] = blocksOf(step)
  return first !== undefined && !isThinkingBlock(first)
}

function isThinkingBlock({ type }: JsonObject): boolean {
  return type === 'thinking' || type === 'redacted_thinking'
}

function blocksOf(message: JsonObject | undefined): readonly JsonObject[] {
  return Array.isArray(message?.content) ? (message.content as readonly JsonObject[]) : []
}

function encodeOutputConfig(
  { request }: Scope,
  { effort }: EncodedThinking,
  format: JsonObject | undefined,
): JsonObject {
  const config: JsonObject = {
    ...(effort === undefined ? {} : { effort }),
    ...(format === undefined ? {} : { format }),
    ...asObject(fieldsOf(request.extensions).output_config),
  }
  return Object.keys(config).length === 0 ? {} : { output_config: config }
}

function encodeTier({ request, warn }: Scope): JsonObject {
  const { serviceTier } = request
  if (serviceTier === undefined) return {}
  const tier = lookUp(WIRE_BY_TIER, serviceTier)
  if (tier === undefined || (tier === 'auto' && serviceTier !== 'auto')) {
    warn('clamped', fieldPath('serviceTier'), 'The vendor has no such tier; it uses its default.')
  }
  return tier === undefined ? {} : { service_tier: tier }
}

function encodeUser({ request, restored }: Scope): JsonObject {
  const rest = asObject(fieldsOf(request.extensions).metadata)
  const userId = restored?.userId ?? request.endUser
  if (userId === undefined && rest === undefined) return {}
  return { metadata: { ...(userId === undefined ? {} : { user_id: userId }), ...rest } }
}

function otherFields({ request }: Scope): JsonObject {
  const { metadata: _metadata, output_config: _config, ...fields } = fieldsOf(request.extensions)
  return fields
}
