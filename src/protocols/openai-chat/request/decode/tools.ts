import { isJsonObject, type JsonObject, type JsonValue, lookUp } from '../../../../canonical/json.js'
import { asArray, asObject, asText } from '../../../../canonical/narrow.js'
import type {
  CustomTool,
  FunctionTool,
  HostedTool,
  ToolChoice,
  ToolDefinition,
  ToolReference,
} from '../../../../canonical/request.js'
import { GatewayError } from '../../../../errors.js'
import { PROTOCOL } from '../../vocabulary.js'
import { asBoolean } from '../../wire.js'
import { toExtensions, unknownFields, type Fields } from './fields.js'
import { readCache } from './parts.js'

/** Reads `tools`, the old `functions`, and `web_search_options`, which is a hosted tool by another name. */
export function decodeTools(fields: Fields): readonly ToolDefinition[] | undefined {
  const tools = fields.take('tools', acceptList)
  const functions = fields.take('functions', acceptList)
  const search = fields.take('web_search_options', asObject)
  if (tools === undefined && functions === undefined && search === undefined) return undefined
  return [
    ...(tools ?? []).map((tool, at) => decodeTool(tool, `tools[${at}]`)),
    ...(functions ?? []).map((tool, at) => decodeTool(tool, `functions[${at}]`)),
    ...(search === undefined ? [] : [toHosted(search, 'web-search', 'web_search_options')]),
  ]
}

/**
 * Reads `tool_choice` in OpenAI's nested, the flat and Anthropic's shape, and the old `function_call`, which knows one
 * call at a time.
 */
export function decodeToolChoice(
  fields: Fields,
  oldFunctions: boolean,
): {
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
} {
  const choice = fields.take('tool_choice', acceptChoice) ?? fields.take('function_call', acceptChoice)
  const parallel = fields.take('parallel_tool_calls', asBoolean)
  const anthropicParallel = asBoolean(asObject(choice)?.['disable_parallel_tool_use'])
  const parallelToolCalls = oldFunctions
    ? false
    : (parallel ?? (anthropicParallel === undefined ? undefined : !anthropicParallel))
  return {
    ...(choice === undefined ? {} : { toolChoice: toChoice(choice) }),
    ...(parallelToolCalls === undefined ? {} : { parallelToolCalls }),
  }
}

function acceptList(value: JsonValue): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? asArray(value) : undefined
}

function decodeTool(value: JsonValue, path: string): ToolDefinition {
  if (!isJsonObject(value)) throw invalidTool(path, 'must be a tool')
  const type = asText(value['type'])
  const custom = asObject(value['custom'])
  if (custom !== undefined || type === 'custom') {
    // Anthropic calls its ordinary tools `custom`, too.
    if (custom !== undefined || value['input_schema'] === undefined) return decodeCustom(value, custom, path)
  }
  const nested = asObject(value['function'])
  const isFunction = nested !== undefined || type === undefined || type === 'function' || type === 'custom'
  if (isFunction) return decodeFunction(value, nested, path)
  return toHosted(value, /web_?search|browser_search/.test(type) ? 'web-search' : 'other', path)
}

const TOOL_FIELDS: ReadonlySet<string> = new Set(['type', 'function', 'custom', 'cache_control'])
const FUNCTION_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'description',
  'parameters',
  'input_schema',
  'strict',
])
const CUSTOM_FIELDS: ReadonlySet<string> = new Set(['name', 'description', 'format'])

function decodeFunction(tool: JsonObject, nested: JsonObject | undefined, path: string): FunctionTool {
  const inner = nested ?? tool
  const description = asText(inner['description'])
  const parameters = readSchema(inner, nested === undefined ? path : `${path}.function`)
  const strict = asBoolean(inner['strict'])
  return {
    type: 'function',
    name: readName(inner, nested === undefined ? path : `${path}.function`),
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict === undefined ? {} : { strict }),
    ...readCache(tool),
    path,
    ...toolExtensions(tool, { key: 'function', nested, known: FUNCTION_FIELDS }),
  }
}

function readSchema(inner: JsonObject, path: string): JsonObject | undefined {
  for (const field of ['parameters', 'input_schema']) {
    const value = inner[field]
    if (isJsonObject(value)) return value
    if (value !== undefined && value !== null) throw invalidTool(`${path}.${field}`, 'must be an object')
  }
  return undefined
}

function decodeCustom(tool: JsonObject, nested: JsonObject | undefined, path: string): CustomTool {
  const inner = nested ?? tool
  const description = asText(inner['description'])
  const format = asObject(inner['format'])
  const grammar = asObject(format?.['grammar']) ?? format
  const definition = asText(grammar?.['definition'])
  return {
    type: 'custom',
    name: readName(inner, nested === undefined ? path : `${path}.custom`),
    ...(description === undefined ? {} : { description }),
    ...(definition === undefined
      ? {}
      : { grammar: { syntax: asText(grammar?.['syntax']) ?? 'lark', definition } }),
    ...readCache(tool),
    path,
    ...toolExtensions(tool, { key: 'custom', nested, known: CUSTOM_FIELDS }),
  }
}

/** Unknown fields of the tool stay flat; those of the inner object stay under its key. */
function toolExtensions(
  tool: JsonObject,
  given: { key: string; nested: JsonObject | undefined; known: ReadonlySet<string> },
): ReturnType<typeof toExtensions> {
  const { key, nested, known } = given
  if (nested === undefined)
    return toExtensions(PROTOCOL, unknownFields(tool, new Set([...TOOL_FIELDS, ...known])))
  const inner = unknownFields(nested, known)
  return toExtensions(PROTOCOL, {
    ...unknownFields(tool, TOOL_FIELDS),
    ...(Object.keys(inner).length === 0 ? {} : { [key]: inner }),
  })
}

function toHosted(value: JsonObject, kind: HostedTool['kind'], path: string): HostedTool {
  const name = asText(value['name'])
  return { type: 'hosted', kind, ...(name === undefined ? {} : { name }), protocol: PROTOCOL, value, path }
}

function readName(inner: JsonObject, path: string): string {
  const name = asText(inner['name'])
  if (name === undefined) throw invalidTool(`${path}.name`, 'must be a non-empty string')
  return name
}

function invalidTool(path: string, problem: string): GatewayError {
  return new GatewayError('invalid_value', `'${path}' ${problem}.`, { param: path })
}

function acceptChoice(value: JsonValue): string | JsonObject | undefined {
  return typeof value === 'string' || isJsonObject(value) ? value : undefined
}

const CHOICES: Readonly<Record<string, ToolChoice>> = {
  auto: { type: 'auto' },
  none: { type: 'none' },
  required: { type: 'required' },
  any: { type: 'required' },
}

function toChoice(choice: string | JsonObject): ToolChoice {
  const kind = typeof choice === 'string' ? choice : asText(choice['type'])
  const plain = lookUp(CHOICES, kind)
  if (plain !== undefined) return plain
  const value = typeof choice === 'string' ? { type: choice } : choice
  const allowed = asObject(value['allowed_tools']) ?? (kind === 'allowed_tools' ? value : undefined)
  if (allowed !== undefined) {
    return {
      type: 'allowed',
      mode: allowed['mode'] === 'required' ? 'required' : 'auto',
      tools: asArray(allowed['tools'])
        .map(toReference)
        .filter((tool) => tool !== undefined),
    }
  }
  const tool = toReference(value)
  return tool === undefined ? { type: 'provider', protocol: PROTOCOL, value } : { type: 'tool', tool }
}

function toReference(value: JsonValue): ToolReference | undefined {
  const object = asObject(value)
  const inner = asObject(object?.['function']) ?? asObject(object?.['custom']) ?? object
  const name = asText(inner?.['name'])
  return name === undefined ? undefined : { name }
}
