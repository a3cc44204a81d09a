import type { AssistantPart, ToolCallPart, UserPart } from '../../canonical/content.js'
import type {
  CanonicalRequest,
  Message,
  ToolChoice,
  ToolDefinition,
  ToolReference,
} from '../../canonical/request.js'
import type { OpaqueState } from '../../canonical/state.js'
import type { Target } from '../../canonical/target.js'
import type { Warning } from '../../canonical/warning.js'
import { GatewayError } from '../../errors.js'
import { type CodecContext, fieldPath, type Protocol, type ToolRules } from '../protocol.js'
import { hashText } from '../state-envelope.js'
import { wrapInput } from './custom-input.js'
import { dropForeignExtensions } from './drop-extensions.js'
import { createToolTable, renameTools, toolsOf, type ToolTable } from './tool-table.js'

export interface AdaptOptions {
  readonly to: Protocol
  readonly target: Target
  readonly context: CodecContext
  /** See `ClientWire.partlyKnown`. */
  readonly partlyKnown?: ReadonlySet<string> | undefined
}

/** A request that its vendor's codec can say, and what the way back needs to undo it. */
export interface AdaptedRequest {
  readonly request: CanonicalRequest
  readonly warnings: readonly Warning[]
  readonly tools: ToolTable
  /** Stop sequences that the vendor has no field for: applied to its answer. */
  readonly stop: readonly string[]
}

/**
 * What every pair of protocols has in common: tool names, free-text tools and namespaces, call ids, reasoning state of
 * other vendors, stop sequences. A pure function of the request, so that a longer history keeps its beginning.
 */
export function adaptRequest(request: CanonicalRequest, options: AdaptOptions): AdaptedRequest {
  const { to, target, context, partlyKnown } = options
  const rules = effectiveRules(to, target)
  if ((request.candidateCount ?? 1) > 1) throw unsupportedField('candidateCount', options)
  const table = createToolTable(toolsOf(request), rules, context)
  const warnings: Warning[] = []
  const offered = dropToolSearch(toolsOf(request), to, warnings)
  const renamed = renameTools(offered, table, rules)
  const stop = stopToEmulate(request, to)
  const adapted: CanonicalRequest = {
    ...request,
    messages: adaptMessages(request.messages, { ...options, rules, table, warnings }),
    ...(request.tools === undefined ? {} : { tools: renamed.tools }),
    ...(request.toolChoice === undefined
      ? {}
      : { toolChoice: adaptChoice(request.toolChoice, table, rules) }),
    ...(to.upstream.stopSequences === false ? { stop: undefined } : {}),
  }
  const kept = dropForeignExtensions(adapted, to.id, partlyKnown)
  if (stop.length > 0) {
    warnings.push({
      code: 'emulated',
      path: fieldPath('stop'),
      message: 'The vendor has no stop sequences: the gateway ends the answer at the first one.',
      semantic: false,
    })
  }
  return {
    request: kept.request,
    warnings: [...renamed.warnings, ...warnings, ...kept.warnings],
    tools: table,
    stop,
  }
}

/** The 400 for a field that has no counterpart at this vendor. */
function unsupportedField(
  field: keyof CanonicalRequest,
  { to, target }: Pick<AdaptOptions, 'to' | 'target'>,
): GatewayError {
  const param = fieldPath(field)
  return new GatewayError('unsupported_parameter', `${param}: not supported by ${to.id}/${target.model}`, {
    param,
  })
}

/** Each piece of the answer is searched for all of them; vendors take 4 to 16. */
const MOST_STOPS = 64

function stopToEmulate({ stop = [] }: CanonicalRequest, { upstream }: Protocol): readonly string[] {
  if (upstream.stopSequences !== false) return []
  const sequences = stop.filter((sequence) => sequence !== '')
  if (sequences.length <= MOST_STOPS) return sequences
  const param = fieldPath('stop')
  throw new GatewayError('invalid_value', `${param}: at most ${MOST_STOPS} sequences.`, { param })
}

/** A search over tools that are not loaded: another vendor cannot run it, but it gets all tools at once. */
function dropToolSearch(
  tools: readonly ToolDefinition[],
  to: Protocol,
  warnings: Warning[],
): readonly ToolDefinition[] {
  return tools.filter((tool) => {
    if (tool.type !== 'hosted' || tool.kind !== 'tool-search' || tool.protocol === to.id) return true
    warnings.push({
      code: 'emulated',
      path: `${tool.path ?? 'tools'}.tool_search`,
      message: 'Instead of a search for tools, all tools are given at once.',
      semantic: false,
    })
    return false
  })
}

/** A vendor's dialect can know less than its protocol. */
function effectiveRules(to: Protocol, { dialect }: Target): ToolRules {
  const rules = to.upstream.tools
  return dialect?.customTools === false ? { ...rules, customTools: false } : rules
}

interface MessageOptions extends AdaptOptions {
  readonly rules: ToolRules
  readonly table: ToolTable
  readonly warnings: Warning[]
}

function adaptMessages(messages: readonly Message[], options: MessageOptions): readonly Message[] {
  return messages.map((message): Message => {
    if (message.role === 'assistant') {
      return { ...message, content: message.content.flatMap((part) => adaptAssistantPart(part, options)) }
    }
    if (message.role === 'user') {
      return { ...message, content: message.content.map((part) => adaptUserPart(part, options)) }
    }
    return message
  })
}

function adaptUserPart(part: UserPart, options: MessageOptions): UserPart {
  if (part.type !== 'tool-result') return part
  const { toolName } = part
  return {
    ...part,
    toolCallId: adaptCallId(part.toolCallId, options),
    kind: options.rules.customTools ? part.kind : 'function',
    ...(toolName === undefined ? {} : { toolName: options.table.toWire(toolName, undefined).wireName }),
  }
}

function adaptAssistantPart(part: AssistantPart, options: MessageOptions): readonly AssistantPart[] {
  if (part.type === 'tool-call') return [adaptCall(part, options)]
  if (part.type !== 'reasoning' || part.state === undefined) return [part]
  const reason = refuseState(part.state, part.text, options.target)
  if (reason === null) return [part]
  options.warnings.push({ code: 'dropped', path: part.path ?? 'reasoning', message: reason, semantic: false })
  return []
}

function adaptCall(part: ToolCallPart, options: MessageOptions): ToolCallPart {
  const { namespace, state, ...rest } = part
  const { rules } = options
  const entry = options.table.toWire(part.name, namespace)
  const wraps = part.kind === 'custom' && !rules.customTools
  const keepsState = state !== undefined && state.family === options.target.family
  if (state !== undefined && !keepsState) {
    options.warnings.push({
      code: 'dropped',
      path: part.path ?? 'tool_calls',
      message: 'Reasoning state of another vendor is not sent.',
      semantic: false,
    })
  }
  return {
    ...rest,
    id: adaptCallId(part.id, options),
    name: entry.wireName,
    kind: wraps ? 'function' : part.kind,
    input: wraps ? wrapInput(part.input) : part.input,
    ...(namespace === undefined || !rules.namespaces ? {} : { namespace }),
    ...(keepsState ? { state } : {}),
  }
}

/** Why opaque state must not be sent; null = it may. */
function refuseState(state: OpaqueState, text: string, target: Target): string | null {
  if (state.family !== target.family) return 'Reasoning of another vendor is not sent.'
  if (state.textHash !== undefined && state.textHash !== hashText(text)) {
    return 'The reasoning text was edited, so its signature no longer fits.'
  }
  return null
}

const HASHED_ID_LENGTH = 24
const CALL_PREFIX = 'call_'

/** An id that the vendor would refuse becomes a hash of itself: the call and its result change alike. */
function adaptCallId(id: string, { rules, target, context }: MessageOptions): string {
  const length = target.dialect?.toolCallIdLength
  if (length !== undefined) {
    const fits = id.length === length && /^[A-Za-z0-9]+$/.test(id)
    return fits ? id : context.hash(id, length)
  }
  return rules.callId.test(id) ? id : CALL_PREFIX + context.hash(id, HASHED_ID_LENGTH)
}

function adaptChoice(choice: ToolChoice, table: ToolTable, { namespaces }: ToolRules): ToolChoice {
  const rename = ({ name, namespace }: ToolReference): ToolReference => ({
    name: table.toWire(name, namespace).wireName,
    ...(namespace === undefined || !namespaces ? {} : { namespace }),
  })
  if (choice.type === 'tool') return { ...choice, tool: rename(choice.tool) }
  if (choice.type === 'allowed') return { ...choice, tools: choice.tools.map(rename) }
  return choice
}
