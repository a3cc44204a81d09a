import { type JsonObject, type JsonValue, lookUp } from '../../../canonical/json.js'
import { asObject, asString, asText } from '../../../canonical/narrow.js'
import type { HostedTool, ToolChoice, ToolDefinition } from '../../../canonical/request.js'
import { GEMINI } from '../vocabulary.js'
import { toObjects, asStrings, camelKeys, omit } from '../wire/index.js'
import { openApiToJsonSchema } from './open-api.js'

const HOSTED_KINDS: Readonly<Record<string, HostedTool['kind'] | undefined>> = {
  googleSearch: 'web-search',
  googleSearchRetrieval: 'web-search',
  enterpriseWebSearch: 'web-search',
  urlContext: 'web-fetch',
  codeExecution: 'code-execution',
}

const FUNCTION_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'description',
  'parameters',
  'parametersJsonSchema',
])

/** Decodes `tools`: function declarations one by one, everything else as a hosted tool. */
export function decodeTools(value: JsonValue | undefined): readonly ToolDefinition[] {
  return toObjects(value).flatMap((tool, at) =>
    Object.entries(camelKeys(tool)).flatMap(([name, settings]): readonly ToolDefinition[] => {
      if (name === 'functionDeclarations') {
        return toObjects(settings).map((declaration, index) =>
          decodeFunction(camelKeys(declaration), `tools[${at}].functionDeclarations[${index}]`),
        )
      }
      if (settings === undefined || settings === null) return []
      const kind = lookUp(HOSTED_KINDS, name) ?? 'other'
      const hosted = { type: 'hosted', kind, name, protocol: GEMINI, value: { [name]: settings } } as const
      return [{ ...hosted, path: `tools[${at}].${name}` }]
    }),
  )
}

function decodeFunction(declaration: JsonObject, path: string): ToolDefinition {
  const schema = asObject(declaration['parametersJsonSchema'])
  const older = asObject(declaration['parameters'])
  const parameters = schema ?? (older === undefined ? undefined : openApiToJsonSchema(older))
  const description = asString(declaration['description'])
  const rest = omit(declaration, FUNCTION_FIELDS)
  return {
    type: 'function',
    name: asString(declaration['name']) ?? '',
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(rest === undefined ? {} : { extensions: { [GEMINI]: rest } }),
    path,
  }
}

/** `toolConfig` as a choice, what else it holds, and whether arguments are held to their schemas. */
export interface DecodedToolConfig {
  readonly choice: ToolChoice | undefined
  readonly strict: boolean
  readonly rest: JsonObject | undefined
}

const CONFIG_FIELDS: ReadonlySet<string> = new Set(['functionCallingConfig'])

/** Decodes `toolConfig`. */
export function decodeToolConfig(value: JsonValue | undefined): DecodedToolConfig {
  const config = camelKeys(asObject(value) ?? {})
  const calling = camelKeys(asObject(config['functionCallingConfig']) ?? {})
  const mode = asText(calling['mode'])?.toUpperCase()
  const names = asStrings(calling['allowedFunctionNames'])
  return {
    choice: decodeChoice(mode, names),
    strict: mode === 'VALIDATED' && names.length === 0,
    rest: omit(config, CONFIG_FIELDS),
  }
}

function decodeChoice(mode: string | undefined, names: readonly string[]): ToolChoice | undefined {
  const tools = names.map((name) => ({ name }))
  const [tool] = tools
  switch (mode) {
    case 'NONE':
      return { type: 'none' }
    case 'AUTO':
      return { type: 'auto' }
    case 'VALIDATED':
      return tool === undefined ? { type: 'auto' } : { type: 'allowed', mode: 'auto', tools }
    case 'ANY':
      if (tool === undefined) return { type: 'required' }
      return tools.length === 1 ? { type: 'tool', tool } : { type: 'allowed', mode: 'required', tools }
    default:
      return undefined
  }
}
