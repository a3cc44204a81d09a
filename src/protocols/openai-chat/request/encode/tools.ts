import type { JsonObject, JsonValue } from '../../../../canonical/json.js'
import type {
  CanonicalRequest,
  CustomTool,
  FunctionTool,
  HostedTool,
  ToolChoice,
  ToolDefinition,
} from '../../../../canonical/request.js'
import { fieldPath } from '../../../protocol.js'
import { PROTOCOL } from '../../vocabulary.js'
import { compact, unsupported, withExtensions, type Encoding } from './encoding.js'

/** Encodes tools, the choice among them and the parallel flag: the last two mean nothing without the first. */
export function encodeTools(request: CanonicalRequest, encoding: Encoding): JsonObject {
  const hosted = (request.tools ?? []).filter((tool) => tool.type === 'hosted')
  const search = hosted.find(isSearchOptions)
  const tools = (request.tools ?? []).flatMap((tool) => encodeTool(tool, encoding))
  if (tools.length === 0) return search === undefined ? {} : { web_search_options: search.value }
  return compact({
    tools,
    tool_choice: encodeChoice(request, encoding),
    parallel_tool_calls: request.parallelToolCalls,
    web_search_options: search?.value,
  })
}

/** This protocol's search stands in a field of its own, not among the tools. */
function isSearchOptions(tool: HostedTool): boolean {
  return tool.protocol === PROTOCOL && tool.kind === 'web-search' && tool.value['type'] === undefined
}

function encodeTool(tool: ToolDefinition, encoding: Encoding): readonly JsonObject[] {
  switch (tool.type) {
    case 'function':
      return [withExtensions(encodeFunction(tool, encoding), tool.extensions)]
    case 'custom':
      return [withExtensions(encodeCustom(tool, encoding), tool.extensions)]
    case 'hosted':
      return encodeHosted(tool, encoding)
  }
}

function encodeFunction(tool: FunctionTool, encoding: Encoding): JsonObject {
  const { dialect } = encoding
  const path = tool.path ?? fieldPath('tools')
  if (tool.deferred === true) {
    encoding.note('dropped', path, 'A tool to be loaded later was sent at once.')
  }
  if (tool.strict === true && dialect.strictTools === false) {
    encoding.note(
      'dropped',
      `${path}.strict`,
      'Strict tool arguments were not asked for: this vendor has none.',
    )
  }
  return {
    type: 'function',
    function: compact({
      name: tool.name,
      description: tool.description,
      parameters: tool.parameters ?? { type: 'object', properties: {} },
      strict: dialect.strictTools === false ? undefined : tool.strict,
    }),
    ...toolCache(tool, encoding),
  }
}

function encodeCustom(tool: CustomTool, encoding: Encoding): JsonObject {
  const { grammar } = tool
  return {
    type: 'custom',
    custom: compact({
      name: tool.name,
      description: tool.description,
      format:
        grammar === undefined
          ? undefined
          : { type: 'grammar', grammar: { syntax: grammar.syntax, definition: grammar.definition } },
    }),
    ...toolCache(tool, encoding),
  }
}

function toolCache(tool: FunctionTool | CustomTool, encoding: Encoding): JsonObject {
  if (tool.cache === undefined) return {}
  if (encoding.dialect.cacheControl === true) {
    return {
      cache_control: compact({ type: 'ephemeral', ttl: tool.cache.life === 'long' ? '1h' : undefined }),
    }
  }
  const path = `${tool.path ?? fieldPath('tools')}.cache_control`
  encoding.note('dropped', path, 'Cache breakpoints on tools were not sent.')
  return {}
}

function encodeHosted(tool: HostedTool, encoding: Encoding): readonly JsonObject[] {
  if (tool.protocol === PROTOCOL) return isSearchOptions(tool) ? [] : [tool.value]
  const path = tool.path ?? fieldPath('tools')
  if (tool.kind !== 'web-search') throw unsupported(path, encoding)
  encoding.change('dropped', path, 'Web search was not offered: this vendor runs none.')
  return []
}

function encodeChoice(request: CanonicalRequest, encoding: Encoding): JsonValue | undefined {
  const choice = request.toolChoice
  if (choice === undefined) return undefined
  const forced = choice.type === 'required' || choice.type === 'tool'
  if (forced && encoding.target.traits.forcedToolChoice === false) {
    encoding.change(
      'clamped',
      fieldPath('toolChoice'),
      'The model chooses by itself: it refuses a forced call.',
    )
    return 'auto'
  }
  switch (choice.type) {
    case 'auto':
    case 'none':
      return choice.type
    case 'required':
      return encoding.dialect.toolChoiceRequired ?? 'required'
    case 'tool':
      return toReference(choice.tool.name, request)
    case 'allowed':
      return encodeAllowed(choice, request, encoding)
    case 'provider':
      if (choice.protocol === PROTOCOL) return choice.value
      encoding.change('dropped', fieldPath('toolChoice'), 'A tool choice of another protocol was not sent.')
      return undefined
  }
}

function encodeAllowed(
  choice: Extract<ToolChoice, { type: 'allowed' }>,
  request: CanonicalRequest,
  encoding: Encoding,
): JsonValue {
  if (encoding.dialect.allowedTools === false) {
    encoding.change(
      'clamped',
      fieldPath('toolChoice'),
      'All tools may be called: this vendor allows no subset.',
    )
    return choice.mode === 'required' ? (encoding.dialect.toolChoiceRequired ?? 'required') : 'auto'
  }
  const tools = choice.tools.map((tool) => toReference(tool.name, request))
  return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools } }
}

function toReference(name: string, request: CanonicalRequest): JsonObject {
  const isCustom = request.tools?.some((tool) => tool.type === 'custom' && tool.name === name) === true
  return isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } }
}
