import { emptyObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asObject, asObjects, asString, asText } from '../../../canonical/narrow.js'
import type {
  CustomTool,
  FunctionTool,
  HostedTool,
  ToolChoice,
  ToolDefinition,
  ToolReference,
} from '../../../canonical/request.js'
import { checks } from '../wire/checks.js'
import { builtInName, decodeBuiltIn } from '../wire/built-in-tools.js'
import { PROTOCOL } from '../wire/content.js'

const HOSTED_KINDS: readonly { readonly type: RegExp; readonly kind: HostedTool['kind'] }[] = [
  { type: /^web_search(_|$)/, kind: 'web-search' },
  { type: /^code_interpreter$/, kind: 'code-execution' },
  { type: /^tool_search$/, kind: 'tool-search' },
]
const FUNCTION_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'function',
  'name',
  'description',
  'parameters',
  'strict',
  'defer_loading',
  'prompt_cache_breakpoint',
])
const CUSTOM_FIELDS: ReadonlySet<string> = new Set(['type', 'custom', 'name', 'description', 'format'])

/** Decodes a list of tools; a namespace becomes its tools, each of which remembers it. */
export function decodeTools(value: JsonValue | undefined, path: string): readonly ToolDefinition[] {
  return checks.list(value, path).flatMap((entry, index) => {
    const tool = asObject(entry)
    if (tool === undefined) throw checks.invalid(`${path}[${index}]`, 'an object')
    return decodeTool(tool, `${path}[${index}]`)
  })
}

function decodeTool(tool: JsonObject, path: string): readonly ToolDefinition[] {
  switch (tool.type) {
    case 'function':
      return [decodeFunction(tool, path)]
    case 'custom':
      return [decodeCustom(tool, path)]
    case 'namespace': {
      const namespace = { name: nameOf(tool, path), description: asString(tool.description) }
      const inner = decodeTools(tool.tools, `${path}.tools`)
      return inner.map((entry) => (entry.type === 'hosted' ? entry : Object.assign(entry, { namespace })))
    }
    default:
      return [decodeBuiltIn(tool, path) ?? decodeHosted(tool, path)]
  }
}

/** Some clients nest the function as Chat does. */
function decodeFunction(tool: JsonObject, path: string): FunctionTool {
  const definition = asObject(tool.function) ?? tool
  const parameters = checks.object(definition.parameters, `${path}.parameters`)
  return {
    type: 'function',
    name: nameOf(definition, path),
    path,
    ...describe(definition),
    ...(parameters === undefined ? {} : { parameters: stripVendorKeywords(parameters) }),
    ...(typeof definition.strict === 'boolean' ? { strict: definition.strict } : {}),
    ...(definition.defer_loading === true ? { deferred: true } : {}),
    ...extensionsOf(definition, FUNCTION_FIELDS),
  }
}

function decodeCustom(tool: JsonObject, path: string): CustomTool {
  const definition = asObject(tool.custom) ?? tool
  const format = asObject(definition.format)
  const grammar = asObject(format?.grammar) ?? format
  return {
    type: 'custom',
    name: nameOf(definition, path),
    path,
    ...describe(definition),
    ...(format?.type === 'grammar'
      ? {
          grammar: {
            syntax: asString(grammar?.syntax) ?? '',
            definition: asString(grammar?.definition) ?? '',
          },
        }
      : {}),
    ...extensionsOf(definition, CUSTOM_FIELDS),
  }
}

function decodeHosted(tool: JsonObject, path: string): HostedTool {
  const type = asString(tool.type)
  if (type === undefined) throw checks.missing(`${path}.type`)
  const name = asText(tool.name) ?? asText(tool.server_label)
  return {
    type: 'hosted',
    kind: HOSTED_KINDS.find((row) => row.type.test(type))?.kind ?? 'other',
    protocol: PROTOCOL,
    value: tool,
    path,
    ...(name === undefined ? {} : { name }),
  }
}

/** Decodes `tool_choice`. */
export function decodeToolChoice(value: JsonValue | undefined): ToolChoice | undefined {
  if (value === undefined || value === null) return undefined
  if (value === 'auto' || value === 'none' || value === 'required') return { type: value }
  const choice = asObject(value)
  if (choice === undefined) {
    throw checks.invalid('tool_choice', 'a word or an object')
  }
  const tool = readReference(choice)
  if (tool !== undefined) return { type: 'tool', tool }
  const subset = choice.type === 'allowed_tools' ? asObjects(choice.tools).map(readReference) : []
  const tools = subset.filter((reference) => reference !== undefined)
  if (tools.length === 0 || tools.length < subset.length) {
    return { type: 'provider', protocol: PROTOCOL, value: choice }
  }
  return { type: 'allowed', mode: choice.mode === 'required' ? 'required' : 'auto', tools }
}

function readReference(value: JsonObject): ToolReference | undefined {
  const builtIn = builtInName(value.type)
  if (builtIn !== undefined) return { name: builtIn }
  const nested = asObject(value.function) ?? value
  const name = value.type === 'function' || value.type === 'custom' ? asText(nested.name) : undefined
  if (name === undefined) return undefined
  const namespace = asText(value.namespace)
  return { name, ...(namespace === undefined ? {} : { namespace }) }
}

function describe(definition: JsonObject): { readonly description?: string } {
  const description = asString(definition.description)
  return description === undefined ? {} : { description }
}

function extensionsOf(definition: JsonObject, known: ReadonlySet<string>): Pick<FunctionTool, 'extensions'> {
  const unknown = Object.entries(definition).filter(([field, value]) => !known.has(field) && value !== null)
  return unknown.length === 0 ? {} : { extensions: { [PROTOCOL]: Object.fromEntries(unknown) } }
}

function nameOf(tool: JsonObject, path: string): string {
  const name = asText(tool.name)
  if (name === undefined) throw checks.missing(`${path}.name`)
  return name
}

/** Keywords under which a schema holds a map of schemas: their keys are names, not keywords. */
const SCHEMA_MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
])
/** Keywords that hold data. */
const DATA: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'example', 'examples', 'required'])

/** Takes out `encrypted`, which Codex writes into schemas for one vendor only. Gives the same object when there is none. */
function stripVendorKeywords(schema: JsonObject): JsonObject {
  let changed: Record<string, JsonValue | undefined> | null = null
  for (const keyword in schema) {
    const value = schema[keyword]
    if (keyword === 'encrypted' && typeof value === 'boolean') {
      changed ??= Object.assign(emptyObject(), schema)
      delete changed[keyword]
      continue
    }
    if (typeof value !== 'object' || value === null || DATA.has(keyword)) continue
    const stripped = SCHEMA_MAPS.has(keyword) ? stripMap(value) : stripValue(value)
    if (stripped !== value) {
      changed ??= Object.assign(emptyObject(), schema)
      changed[keyword] = stripped
    }
  }
  return changed ?? schema
}

function stripValue(value: JsonValue): JsonValue {
  if (!Array.isArray(value))
    return typeof value === 'object' && value !== null ? stripVendorKeywords(value as JsonObject) : value
  const list = value as readonly JsonValue[]
  const stripped = list.map(stripValue)
  return stripped.some((entry, index) => entry !== list[index]) ? stripped : value
}

function stripMap(value: JsonValue): JsonValue {
  const map = asObject(value)
  if (map === undefined) return value
  let changed: Record<string, JsonValue | undefined> | null = null
  for (const name in map) {
    const entry = map[name]
    const stripped = entry === undefined ? undefined : stripValue(entry)
    if (stripped !== entry) {
      changed ??= Object.assign(emptyObject(), map)
      changed[name] = stripped
    }
  }
  return changed ?? value
}
