import type { ReasoningPart, ToolCallPart, ToolResultPart } from '../../../canonical/content.js'
import {
  emptyObject,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  lookUp,
} from '../../../canonical/json.js'
import { asObject, asString, asText } from '../../../canonical/narrow.js'
import type { Message, ToolDefinition, UserMessage } from '../../../canonical/request.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { Warning } from '../../../canonical/warning.js'
import { GatewayError } from '../../../errors.js'
import { checks } from '../wire/checks.js'
import type { CodecContext } from '../../protocol.js'
import { hashText, isNoState } from '../../state-envelope.js'
import { NATIVE_FAMILY } from '../vocabulary.js'
import { builtInOfItem, decodeBuiltInOutput, nativeOf } from '../wire/built-in-tools.js'
import { PROTOCOL, reportUnknownFields } from '../wire/content.js'
import type { WireItem } from '../wire/index.js'
import { readNativeState, readReasoningText, type ReasoningText } from '../wire/reasoning.js'
import {
  decodeAssistantContent,
  decodeSystemContent,
  decodeToolOutput,
  decodeUserContent,
  type Located,
} from './decode-content.js'
import { decodeTools } from './decode-tools.js'
import { createTranscript, type Transcript } from './transcript.js'

/** What the items of `input` say besides the conversation. */
export interface DecodedInput {
  readonly messages: readonly Message[]
  /** Tools that items brought along. */
  readonly tools: readonly ToolDefinition[]
  /** The last `configuration_update`. */
  readonly configuration: JsonObject | undefined
}

interface Job {
  readonly context: CodecContext
  readonly warnings: Warning[]
  readonly transcript: Transcript
  readonly tools: ToolDefinition[]
  /** Signatures that stood in a carrier item before the call that they belong to, by call id. */
  readonly callStates: Map<string, OpaqueState>
  /** Call ids of built-in tools by item id: outputs may name either. */
  readonly callIds: Map<string, string>
  configuration: JsonObject | undefined
}

/** Decodes the items of a conversation. */
export function decodeInput(items: JsonArray, context: CodecContext, warnings: Warning[]): DecodedInput {
  const job: Job = {
    context,
    warnings,
    transcript: createTranscript(),
    tools: [],
    callStates: new Map(),
    callIds: new Map(),
    configuration: undefined,
  }
  items.forEach((item, index) => {
    if (isJsonObject(item)) (lookUp(ITEMS, typeOf(item)) ?? addProvider)(item, `input[${index}]`, job)
  })
  return { messages: job.transcript.messages(), tools: job.tools, configuration: job.configuration }
}

const ITEMS: Readonly<Record<string, (item: WireItem, path: string, job: Job) => void>> = {
  message: addMessage,
  reasoning: addReasoning,
  function_call: addCall,
  custom_tool_call: addCall,
  function_call_output: addResult,
  custom_tool_call_output: addResult,
  apply_patch_call: addBuiltInCall,
  shell_call: addBuiltInCall,
  local_shell_call: addBuiltInCall,
  apply_patch_call_output: addBuiltInOutput,
  shell_call_output: addBuiltInOutput,
  local_shell_call_output: addBuiltInOutput,
  additional_tools: addTools,
  tool_search_output(item, path, job) {
    addTools(item, path, job)
    addProvider(item, path, job)
  },
  configuration_update(item, path, job) {
    job.configuration = { ...job.configuration, ...item }
    const message = 'The configuration update was applied to the whole request.'
    job.warnings.push({ code: 'moved', path, message, semantic: false })
  },
  item_reference(_item, path) {
    const message = `${path}: item_reference names an item that is not stored here; send the whole item ("store": false makes clients do so).`
    throw new GatewayError('unsupported_responses_feature', message, { param: path })
  },
}

/** Items that a client writes; all others are the model's. */
const CLIENT_MADE = /_output$|^mcp_approval_response$|^compaction_trigger$/

const MESSAGE_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'id',
  'role',
  'content',
  'status',
  'phase',
  // Codex's telemetry.
  'internal_chat_message_metadata_passthrough',
])
const CALL_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'id',
  'status',
  'call_id',
  'name',
  'namespace',
  'arguments',
  'input',
  'output',
])

/** Messages and references may come without a type. */
function typeOf(item: WireItem): string {
  const type = asString(item.type)
  if (type !== undefined) return type
  return item.role === undefined && asText(item.id) !== undefined ? 'item_reference' : 'message'
}

function addMessage(item: WireItem, path: string, { transcript, warnings }: Job): void {
  const at: Located = { path: `${path}.content`, warnings }
  const extensions = extensionsOf(item)
  if (item.role === 'assistant') {
    const phase = asText(item.phase)
    transcript.addAssistantMessage(decodeAssistantContent(item.content, at), { path, phase, ...extensions })
    return
  }
  if (item.role === 'system' || item.role === 'developer') {
    const content = decodeSystemContent(item.content, at)
    if (content.length === 0) return
    transcript.addMessage({ role: 'system', content, authority: item.role, path, ...extensions })
    return
  }
  if (item.role !== 'user') {
    const message = 'A role that is not known here was taken for the user.'
    warnings.push({ code: 'repaired', path: `${path}.role`, message, semantic: true })
  }
  const content = decodeUserContent(item.content, at)
  if (content.length > 0) transcript.addMessage({ role: 'user', content, path, ...extensions })
}

function extensionsOf(item: WireItem): Pick<UserMessage, 'extensions'> {
  let unknown: Record<string, JsonValue | undefined> | null = null
  for (const field in item) {
    if (MESSAGE_FIELDS.has(field) || item[field] === null) continue
    unknown ??= emptyObject()
    unknown[field] = item[field]
  }
  return unknown === null ? {} : { extensions: { [PROTOCOL]: unknown } }
}

function addTools(item: WireItem, path: string, { tools }: Job): void {
  tools.push(...decodeTools(item.tools, `${path}.tools`))
}

function addProvider(item: WireItem, path: string, { transcript }: Job): void {
  const kind = asString(item.type) ?? ''
  const part = { type: 'provider', protocol: PROTOCOL, kind, value: item, path } as const
  if (CLIENT_MADE.test(kind)) transcript.addUserItem(part, path)
  else transcript.addAssistantPart(part, path)
}

/** A signature bound to a call stands in a reasoning item of its own before it, and moves back to the call. */
function addReasoning(item: WireItem, path: string, job: Job): void {
  const part = decodeReasoning(item, path, job)
  if (part === null) return
  const { state, ...visible } = part
  const tool = state?.binding?.tool
  if (state === undefined || tool === undefined) {
    job.transcript.addAssistantPart(part, path)
    return
  }
  const { textHash, ...unbound } = state
  if (textHash === undefined || textHash === hashText(part.text)) job.callStates.set(tool, unbound)
  if (part.text !== '') job.transcript.addAssistantPart(visible, path)
}

function decodeReasoning(item: WireItem, path: string, { context, warnings }: Job): ReasoningPart | null {
  const visible = readReasoningText(item)
  const state = openState(item, visible, context)
  if (state === 'tampered') {
    const message = 'The sealed reasoning was altered on its way and was not sent.'
    warnings.push({ code: 'dropped', path: `${path}.encrypted_content`, message, semantic: false })
    return null
  }
  if (state === undefined && visible.text === '') {
    const message = 'Reasoning that is only stored at its vendor cannot be carried over and was not sent.'
    warnings.push({ code: 'dropped', path, message, semantic: false })
    return null
  }
  const itemId = asText(item.id)
  return {
    type: 'reasoning',
    text: visible.text,
    path,
    ...(visible.raw ? { raw: true } : {}),
    ...(state?.kind === 'redacted' ? { redacted: true } : {}),
    ...(itemId === undefined ? {} : { itemId }),
    ...(state === undefined ? {} : { state }),
  }
}

function openState(
  item: WireItem,
  visible: ReasoningText,
  context: CodecContext,
): OpaqueState | 'tampered' | undefined {
  const sealed = asText(item.encrypted_content)
  if (sealed === undefined) return undefined
  const opened = context.open(sealed)
  if (opened.status === 'ours') return isNoState(opened.state) ? undefined : opened.state
  return opened.status === 'tampered' ? 'tampered' : readNativeState(item, NATIVE_FAMILY, visible)
}

function addCall(item: WireItem, path: string, { transcript, warnings, callStates }: Job): void {
  reportUnknownFields(item, CALL_FIELDS, { path, warnings })
  const call = decodeCall(item, path)
  const state = callStates.get(call.id)
  transcript.addAssistantPart(state === undefined ? call : { ...call, state }, path)
}

function decodeCall(item: WireItem, path: string): ToolCallPart {
  const kind = item.type === 'custom_tool_call' ? 'custom' : 'function'
  const input = kind === 'custom' ? item.input : item.arguments
  const namespace = asText(item.namespace)
  const itemId = asText(item.id)
  return {
    type: 'tool-call',
    id: asText(item.call_id) ?? itemId ?? required(`${path}.call_id`),
    name: asText(item.name) ?? required(`${path}.name`),
    kind,
    // Some clients send the arguments as an object.
    input: asString(input) ?? (asObject(input) === undefined ? '' : JSON.stringify(input)),
    path,
    ...(namespace === undefined ? {} : { namespace }),
    ...(itemId === undefined ? {} : { itemId }),
  }
}

function addResult(item: WireItem, path: string, { transcript, warnings }: Job): void {
  reportUnknownFields(item, CALL_FIELDS, { path, warnings })
  const toolName = asText(item.name)
  const result: ToolResultPart = {
    type: 'tool-result',
    toolCallId: asText(item.call_id) ?? required(`${path}.call_id`),
    kind: item.type === 'custom_tool_call_output' ? 'custom' : 'function',
    path,
    ...(toolName === undefined ? {} : { toolName }),
    ...decodeToolOutput(item.output, { path: `${path}.output`, warnings }),
  }
  transcript.addUserItem(result, path)
}

/** For a vendor of another protocol the tool is a function; the item is kept for one of this. */
function addBuiltInCall(item: WireItem, path: string, { transcript, callIds }: Job): void {
  const builtIn = builtInOfItem(asString(item.type) ?? '')
  if (builtIn === undefined) return
  const itemId = asText(item.id)
  const id = asText(item.call_id) ?? itemId ?? required(`${path}.call_id`)
  if (itemId !== undefined) callIds.set(itemId, id)
  const call: ToolCallPart = {
    type: 'tool-call',
    id,
    name: builtIn.name,
    kind: 'function',
    input: JSON.stringify(builtIn.tool.readCall(item)),
    path,
    native: nativeOf(item),
  }
  transcript.addAssistantPart(call, path)
}

function addBuiltInOutput(item: WireItem, path: string, { transcript, callIds }: Job): void {
  const builtIn = builtInOfItem(asString(item.type) ?? '')
  if (builtIn === undefined) return
  const named = asText(item.call_id) ?? asText(item.id) ?? required(`${path}.call_id`)
  const result: ToolResultPart = {
    type: 'tool-result',
    toolCallId: callIds.get(named) ?? named,
    toolName: builtIn.name,
    kind: 'function',
    path,
    ...decodeBuiltInOutput(builtIn.tool, item),
  }
  transcript.addUserItem(result, path)
}

function required(param: string): never {
  throw checks.missing(param)
}
