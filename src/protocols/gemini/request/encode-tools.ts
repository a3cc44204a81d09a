import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import type {
  CanonicalRequest,
  CustomTool,
  FunctionTool,
  HostedTool,
  ToolChoice,
} from '../../../canonical/request.js'
import { fieldPath } from '../../protocol.js'
import { GEMINI } from '../vocabulary.js'
import { type Encoding, reject } from './encoding.js'
import { sanitizeSchema } from './schema.js'

/** `tools` and `toolConfig`. */
export interface EncodedTools {
  readonly tools: readonly JsonObject[] | undefined
  readonly toolConfig: JsonObject | undefined
  /** True when the model must call a function. */
  readonly forced: boolean
  readonly functions: boolean
}

/** Gemini's own tool of each kind. */
const HOSTED: Readonly<Record<HostedTool['kind'], string | undefined>> = {
  'web-search': 'googleSearch',
  'web-fetch': 'urlContext',
  'code-execution': 'codeExecution',
  'tool-search': undefined,
  other: undefined,
}

/** What a free-text tool takes when it is not emulated before. */
const CUSTOM_INPUT: JsonObject = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
}

/** Encodes the tools and the choice among them. */
export function encodeTools(request: CanonicalRequest, encoding: Encoding): EncodedTools {
  const functions: (FunctionTool | CustomTool)[] = []
  const hosted: HostedTool[] = []
  for (const tool of request.tools ?? []) {
    if (tool.type === 'hosted') hosted.push(tool)
    else functions.push(tool)
  }
  const allowed =
    request.toolChoice?.type === 'none' ? [] : allowHosted(hosted, functions.length > 0, encoding)
  const kept = allowed.flatMap((tool) => encodeHosted(tool, encoding))
  const declarations = functions.map((tool) => encodeFunction(tool, encoding))
  const tools = [...(declarations.length === 0 ? [] : [{ functionDeclarations: declarations }]), ...kept]
  // A client of Gemini's own says itself how its tools stand together.
  const foreign = allowed.some(({ protocol }) => protocol !== GEMINI)
  const mixed = declarations.length > 0 && kept.length > 0 && foreign
  const calling = encodeChoice(request, functions, mixed, encoding)
  const rest = request.extensions?.[GEMINI]?.['toolConfig'] as JsonObject | undefined
  const toolConfig = {
    ...rest,
    ...(calling === undefined ? {} : { functionCallingConfig: calling }),
    ...(mixed ? { includeServerSideToolInvocations: true } : {}),
  }
  return {
    tools: tools.length === 0 ? undefined : tools,
    toolConfig: Object.keys(toolConfig).length === 0 ? undefined : toolConfig,
    forced: calling?.['mode'] === 'ANY',
    functions: declarations.length > 0,
  }
}

function encodeFunction(tool: FunctionTool | CustomTool, encoding: Encoding): JsonObject {
  const parameters = tool.type === 'custom' ? CUSTOM_INPUT : tool.parameters
  const path = tool.path ?? fieldPath('tools')
  const sanitized = parameters === undefined ? undefined : sanitizeSchema(parameters)
  if (sanitized !== undefined && sanitized.dropped.length > 0) {
    encoding.warnings.push({
      code: 'dropped',
      path,
      message: `Gemini does not know these words of the tool's schema: ${sanitized.dropped.join(', ')}.`,
      semantic: tool.type === 'function' && tool.strict === true,
    })
  }
  if (tool.type === 'function' && tool.deferred === true) {
    encoding.warnings.push({
      code: 'emulated',
      path,
      message: 'Gemini cannot load tools later: the tool is there from the start.',
      semantic: false,
    })
  }
  return {
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    ...(sanitized === undefined ? {} : { parametersJsonSchema: withObjectRoot(sanitized.schema) }),
    ...tool.extensions?.[GEMINI],
  }
}

/** Arguments are always an object. */
function withObjectRoot(schema: JsonObject): JsonObject {
  return schema['type'] === undefined && schema['$ref'] === undefined ? { type: 'object', ...schema } : schema
}

function encodeHosted(tool: HostedTool, encoding: Encoding): readonly JsonObject[] {
  if (tool.protocol === GEMINI) return [tool.value]
  const path = tool.path ?? fieldPath('tools')
  const name = HOSTED[tool.kind] ?? reject(path, encoding)
  encoding.warnings.push({
    code: 'emulated',
    path,
    message: `Gemini's ${name} stands for this tool, without its settings.`,
    semantic: false,
  })
  return [{ [name]: {} }]
}

/** Not every model takes hosted tools beside functions. */
function allowHosted(
  hosted: readonly HostedTool[],
  functions: boolean,
  encoding: Encoding,
): readonly HostedTool[] {
  const { hostedToolsWithFunctions } = encoding.target.traits
  if (!functions || hostedToolsWithFunctions === true) return hosted
  return hosted.filter((tool) => {
    if (tool.protocol === GEMINI && hostedToolsWithFunctions === undefined) return true
    loseTool(tool, 'The model is not known to take tools of the vendor beside functions.', encoding)
    return false
  })
}

function loseTool(tool: HostedTool, message: string, encoding: Encoding): void {
  encoding.warnings.push({ code: 'dropped', path: tool.path ?? fieldPath('tools'), message, semantic: true })
}

function encodeChoice(
  request: CanonicalRequest,
  functions: readonly (FunctionTool | CustomTool)[],
  mixed: boolean,
  encoding: Encoding,
): JsonObject | undefined {
  const choice = request.toolChoice
  const strict = functions.some((tool) => tool.type === 'function' && tool.strict === true)
  if (request.parallelToolCalls === false && functions.length > 0) {
    encoding.warnings.push({
      code: 'dropped',
      path: fieldPath('parallelToolCalls'),
      message: 'Gemini cannot be held to one call at a time.',
      semantic: true,
    })
  }
  if (functions.length === 0) {
    if (choice !== undefined && choice.type !== 'none' && choice.type !== 'auto') loseChoice(encoding)
    return undefined
  }
  if (choice === undefined || choice.type === 'auto') {
    if (strict || mixed) return { mode: 'VALIDATED' }
    return choice === undefined ? undefined : { mode: 'AUTO' }
  }
  return encodeNamed(choice, encoding)
}

function encodeNamed(
  choice: Exclude<ToolChoice, { readonly type: 'auto' }>,
  encoding: Encoding,
): JsonObject | undefined {
  switch (choice.type) {
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return { mode: 'ANY' }
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.tool.name] }
    case 'allowed': {
      const names: JsonValue = choice.tools.map(({ name }) => name)
      return { mode: choice.mode === 'required' ? 'ANY' : 'VALIDATED', allowedFunctionNames: names }
    }
    case 'provider':
      if (choice.protocol === GEMINI) return choice.value
      loseChoice(encoding)
      return undefined
  }
}

function loseChoice(encoding: Encoding): void {
  encoding.warnings.push({
    code: 'dropped',
    path: fieldPath('toolChoice'),
    message: 'Gemini cannot be told to choose this tool.',
    semantic: true,
  })
}
