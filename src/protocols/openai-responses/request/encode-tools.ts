import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asArray, asObject, asString, asText } from '../../../canonical/narrow.js'
import type {
  CanonicalRequest,
  CustomTool,
  FunctionTool,
  HostedTool,
  ToolDefinition,
  ToolReference,
} from '../../../canonical/request.js'
import { fieldPath } from '../../protocol.js'
import { ownShape } from '../wire/built-in-tools.js'
import { PROTOCOL } from '../wire/content.js'
import { satisfiesStrict } from '../wire/strict-schema.js'
import { unsupported, warn, warnOfMeaning, type EncodeJob } from './encode-content.js'

/** Encodes the tools; neighbours of one namespace stand in it together again. */
export function encodeTools(request: CanonicalRequest, job: EncodeJob): readonly JsonObject[] {
  const tools = request.tools ?? []
  const loaded = loadedTools(request)
  const canDefer = tools.some(
    (tool) => tool.type === 'hosted' && isOwn(tool) && tool.value.type === 'tool_search',
  )
  const known = tools.filter((tool) => !isLoaded(tool, loaded))
  return groupNamespaces(known, (tool) => encodeTool(tool, canDefer, job))
}

function groupNamespaces(
  tools: readonly ToolDefinition[],
  encode: (tool: ToolDefinition) => JsonObject,
): readonly JsonObject[] {
  const encoded: JsonObject[] = []
  let open = { name: '', tools: [] as JsonObject[] }
  for (const tool of tools) {
    const namespace = tool.type === 'hosted' ? undefined : tool.namespace
    if (namespace === undefined) {
      encoded.push(encode(tool))
      open = { name: '', tools: [] }
      continue
    }
    const { name, description = '' } = namespace
    if (open.name !== name) {
      open = { name, tools: [] }
      encoded.push({ type: 'namespace', name, description, tools: open.tools })
    }
    open.tools.push(encode(tool))
  }
  return encoded
}

/** True for a tool that stands only in a search result of the history: the vendor knows it from there. */
function isLoaded(tool: ToolDefinition, loaded: ReadonlySet<string>): boolean {
  if (tool.type === 'hosted' || !tool.path?.startsWith('input[')) return false
  return loaded.has(keyOf(tool.name, tool.namespace?.name))
}

/** Tools that search results in the history hold. */
function loadedTools({ messages }: CanonicalRequest): ReadonlySet<string> {
  const names = new Set<string>()
  const add = (value: JsonValue, namespace: string | undefined): void => {
    const tool = asObject(value)
    const name = asText(tool?.name)
    if (name === undefined) return
    if (tool?.type === 'namespace') for (const inner of asArray(tool.tools)) add(inner, name)
    else names.add(keyOf(name, namespace))
  }
  for (const { content } of messages) {
    for (const part of content) {
      if (part.type !== 'provider' || part.protocol !== PROTOCOL || part.kind !== 'tool_search_output')
        continue
      for (const tool of asArray(part.value.tools)) add(tool, undefined)
    }
  }
  return names
}

function keyOf(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}\n${name}`
}

function encodeTool(tool: ToolDefinition, canDefer: boolean, job: EncodeJob): JsonObject {
  switch (tool.type) {
    case 'function':
      return ownShape(tool) ?? encodeFunction(tool, canDefer, job)
    case 'custom':
      return encodeCustom(tool)
    case 'hosted':
      return isOwn(tool) ? tool.value : encodeForeign(tool, job)
  }
}

function encodeFunction(tool: FunctionTool, canDefer: boolean, job: EncodeJob): JsonObject {
  const { name, description, parameters = { type: 'object', properties: {} }, path } = tool
  const strict = tool.strict === true && satisfiesStrict(parameters)
  if (tool.strict === true && !strict) {
    warn(
      job,
      'dropped',
      `${path ?? 'tools'}.strict`,
      'The schema does not meet the rules of strict mode here.',
    )
  }
  if (tool.deferred && !canDefer) {
    warn(
      job,
      'emulated',
      `${path ?? 'tools'}.defer_loading`,
      'The tool was loaded at once: there is no tool search.',
    )
  }
  return {
    type: 'function',
    name,
    ...(description === undefined ? {} : { description }),
    parameters,
    // Absent means true on this wire.
    strict,
    ...(tool.deferred && canDefer ? { defer_loading: true } : {}),
    ...tool.extensions?.[PROTOCOL],
  }
}

function encodeCustom({ name, description, grammar, extensions }: CustomTool): JsonObject {
  return {
    type: 'custom',
    name,
    ...(description === undefined ? {} : { description }),
    ...(grammar === undefined ? {} : { format: { type: 'grammar', ...grammar } }),
    ...extensions?.[PROTOCOL],
  }
}

function isOwn({ protocol }: HostedTool): boolean {
  return protocol === PROTOCOL
}

/** Hosted tools with a shared meaning; the fields are those that all vendors of such a tool call alike. */
function encodeForeign(tool: HostedTool, job: EncodeJob): JsonObject {
  switch (tool.kind) {
    case 'web-search':
      return encodeWebSearch(tool, job)
    case 'code-execution':
      return { type: 'code_interpreter', container: { type: 'auto' } }
    case 'web-fetch':
    case 'tool-search':
    case 'other':
      throw unsupported(tool.path ?? 'tools', job.target)
  }
}

function encodeWebSearch({ value, path = 'tools' }: HostedTool, job: EncodeJob): JsonObject {
  for (const field of ['blocked_domains', 'max_uses']) {
    if (value[field] === undefined || value[field] === null) continue
    warnOfMeaning(job, 'dropped', `${path}.${field}`, 'The limit of the web search has no counterpart.')
  }
  const domains = asArray(value.allowed_domains ?? asObject(value.filters)?.allowed_domains)
  const location = asObject(value.user_location)
  const place = asObject(location?.approximate) ?? location
  const size = asString(value.search_context_size)
  return {
    type: 'web_search',
    ...(domains.length === 0 ? {} : { filters: { allowed_domains: domains } }),
    ...(size === undefined ? {} : { search_context_size: size }),
    ...(place === undefined ? {} : { user_location: { ...place, type: 'approximate' } }),
  }
}

/** Run by the client or by the vendor: the type is its name. */
function isBuiltInNamed(tool: ToolDefinition, name: string): boolean {
  if (tool.type === 'hosted') return isOwn(tool) && tool.value.type === name
  return tool.type === 'function' && ownShape(tool)?.type === name
}

/** Encodes `tool_choice`. */
export function encodeToolChoice(request: CanonicalRequest, job: EncodeJob): JsonValue | undefined {
  const { toolChoice } = request
  if (toolChoice === undefined) return undefined
  const reference = ({ name, namespace }: ToolReference): JsonObject => {
    const builtIn = request.tools?.find((entry) => isBuiltInNamed(entry, name))
    if (builtIn !== undefined) return { type: name }
    const tool = request.tools?.find((entry) => entry.type === 'custom' && entry.name === name)
    return { type: tool?.type ?? 'function', name, ...(namespace === undefined ? {} : { namespace }) }
  }
  switch (toolChoice.type) {
    case 'auto':
    case 'none':
    case 'required':
      return toolChoice.type
    case 'tool':
      return reference(toolChoice.tool)
    case 'allowed':
      return { type: 'allowed_tools', mode: toolChoice.mode, tools: toolChoice.tools.map(reference) }
    case 'provider':
      if (toolChoice.protocol === PROTOCOL) return toolChoice.value
      warnOfMeaning(
        job,
        'dropped',
        fieldPath('toolChoice'),
        'The choice names a tool that only its own vendor has.',
      )
      return undefined
  }
}
