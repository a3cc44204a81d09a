import { emptyObject, isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asString } from '../../../canonical/narrow.js'
import type { FunctionTool, HostedTool, ToolChoice, ToolDefinition } from '../../../canonical/request.js'
import { GatewayError } from '../../../errors.js'
import { checks } from '../wire/checks.js'
import { PROTOCOL } from '../wire/index.js'
import { CLIENT_TOOL_SCHEMAS, HOSTED_KINDS } from './built-in-tools.js'
import { cacheOf } from './decode-content.js'
import { RESTORE, type Placed } from './restore.js'

/** Tools that every request of one client holds though no model is meant to call them. */
const PLACEHOLDER = 'DeferredToolPlaceholder'

const KNOWN = new Set(['name', 'description', 'input_schema', 'strict', 'defer_loading', 'cache_control'])
/** Says how the answer is streamed or written, not what the tool is. */
const SILENT = new Set(['type', 'eager_input_streaming'])

/** Tools of a request, and those that only the client's own wire needs. */
export interface DecodedTools {
  readonly tools: readonly ToolDefinition[]
  readonly placeholders: readonly Placed[]
}

/** Reads the tool list. */
export function decodeTools(list: readonly JsonValue[]): DecodedTools {
  const tools: ToolDefinition[] = []
  const placeholders: Placed[] = []
  for (const [at, value] of list.entries()) {
    const path = `tools[${at}]`
    if (!isJsonObject(value)) throw invalid(path, 'Input should be an object')
    if (value.name === PLACEHOLDER && value.defer_loading === true) placeholders.push({ at, value })
    else tools.push(decodeTool(value, path))
  }
  return { tools, placeholders }
}

/** Reads the tool choice, `undefined` when there is none. */
export function decodeToolChoice(choice: JsonObject): ToolChoice | undefined {
  switch (choice.type) {
    case undefined:
      return undefined
    case 'auto':
      return { type: 'auto' }
    case 'none':
      return { type: 'none' }
    case 'any':
      return { type: 'required' }
    case 'tool':
      if (typeof choice.name !== 'string') throw invalid('tool_choice.name', 'Field required')
      return { type: 'tool', tool: { name: choice.name } }
    default:
      return { type: 'provider', protocol: PROTOCOL, value: choice }
  }
}

function decodeTool(wire: JsonObject, path: string): ToolDefinition {
  const type = asString(wire.type) ?? 'custom'
  if (type === 'custom') return decodeFunction(wire, path)
  const known = Object.entries(CLIENT_TOOL_SCHEMAS).find(([prefix]) => type.startsWith(prefix))
  if (known !== undefined) return decodeClientTool(wire, known[1], path)
  const kind = HOSTED_KINDS.find(({ prefix }) => type.startsWith(prefix))?.kind ?? 'other'
  const name = asString(wire.name)
  const tool: HostedTool = { type: 'hosted', kind, protocol: PROTOCOL, value: wire, path }
  return name === undefined ? tool : { ...tool, name }
}

function decodeFunction(wire: JsonObject, path: string): FunctionTool {
  const name = asString(wire.name)
  if (name === undefined || name === '') throw invalid(`${path}.name`, 'Field required')
  const description = asString(wire.description)
  const parameters = checks.object(wire.input_schema, `${path}.input_schema`)
  return {
    type: 'function',
    name,
    path,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(typeof wire.strict === 'boolean' ? { strict: wire.strict } : {}),
    ...(wire.defer_loading === true ? { deferred: true } : {}),
    ...cacheOf(wire),
    ...extensionsOf(wire),
  }
}

/** A tool that the client runs but the vendor defines: every other vendor gets it as the function that it is. */
function decodeClientTool(
  wire: JsonObject,
  { description, parameters }: { readonly description: string; readonly parameters: JsonObject },
  path: string,
): FunctionTool {
  return {
    type: 'function',
    name: asString(wire.name) ?? '',
    description,
    parameters,
    path,
    ...cacheOf(wire),
    extensions: { [PROTOCOL]: { [RESTORE]: { tool: wire } } },
  }
}

function extensionsOf(wire: JsonObject): { extensions?: Record<string, JsonObject> } {
  const fields = emptyObject()
  const silent = emptyObject()
  for (const key in wire) {
    if (SILENT.has(key)) silent[key] = wire[key]
    else if (!KNOWN.has(key)) fields[key] = wire[key]
  }
  const restore = Object.keys(silent).length === 0 ? {} : { [RESTORE]: silent }
  const all: JsonObject = { ...fields, ...restore }
  return Object.keys(all).length === 0 ? {} : { extensions: { [PROTOCOL]: all } }
}

function invalid(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_value', `${param}: ${problem}`, { param })
}
