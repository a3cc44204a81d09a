import type { JsonObject, JsonValue } from '../../../../src/index.js'
import { invalid } from '../problem.js'
import type { VendorCall } from '../protocol.js'
import {
  checkToolChoice,
  readLimit,
  textTurn,
  type Question,
  type ReasoningWish,
  type Tool,
  type ToolChoice,
  type Turn,
} from '../question.js'
import { objectOf, objectsOf, stringOf, stringsOf, textOf } from '../values.js'

const ROLES: Readonly<Record<string, Turn['role']>> = { user: 'user', function: 'user', model: 'assistant' }

/** Reads a generateContent request; a count may wrap it in `generateContentRequest`. */
export function readQuestion({ body: outer, operation, pathModel, pathStream }: VendorCall): Question {
  const body = operation === 'count' ? objectOf(outer.generateContentRequest ?? outer) : outer
  const config = objectOf(body.generationConfig)
  if ((readLimit(config.candidateCount, 'generationConfig.candidateCount', 1) ?? 1) > 1) {
    throw invalid('generationConfig.candidateCount: this model gives one candidate')
  }
  return checkToolChoice(
    {
      model: pathModel,
      stream: pathStream,
      turns: [readSystem(body.systemInstruction), ...readTurns(body.contents)],
      tools: objectsOf(body.tools).flatMap((tool) => objectsOf(tool.functionDeclarations).map(readTool)),
      toolChoice: readToolChoice(objectOf(objectOf(body.toolConfig).functionCallingConfig)),
      parallelCalls: true,
      maxTokens: readLimit(config.maxOutputTokens, 'generationConfig.maxOutputTokens', 1),
      stopSequences: stringsOf(config.stopSequences),
      reasoning: readReasoning(objectOf(config.thinkingConfig)),
      jsonSchema: readJsonSchema(config),
      request: body,
    },
    'toolConfig',
  )
}

function readSystem(instruction: JsonValue | undefined): Turn {
  return textTurn('system', textOf(objectOf(instruction).parts) || stringOf(instruction))
}

function readTurns(contents: JsonValue | undefined): readonly Turn[] {
  const list = objectsOf(contents)
  if (list.length === 0) throw invalid('contents: is not specified')
  return list.map((content, index) => {
    const name = stringOf(content.role) || 'user'
    const role = Object.hasOwn(ROLES, name) ? ROLES[name] : undefined
    if (role === undefined) throw invalid(`contents[${index}].role: use one of user, model`)
    const parts = objectsOf(content.parts)
    if (parts.length === 0) throw invalid(`contents[${index}].parts: must not be empty`)
    return readTurn(role, parts)
  })
}

/** Calls are known by their place: ids are optional here, and the vendor gives none. */
function readTurn(role: Turn['role'], parts: readonly JsonObject[]): Turn {
  const called = parts.filter((part) => part.functionCall).map((part) => objectOf(part.functionCall))
  const responded = parts
    .filter((part) => part.functionResponse)
    .map((part) => objectOf(part.functionResponse))
  return {
    role,
    text: textOf(parts.filter((part) => part.thought !== true)),
    calls: called.map((call) => ({
      id: stringOf(call.id),
      name: stringOf(call.name),
      input: JSON.stringify(call.args ?? {}),
    })),
    results: responded.map((item) => ({
      callId: stringOf(item.id),
      text: readResponse(objectOf(item.response)),
    })),
  }
}

function readResponse(response: JsonObject): string {
  const { output, result } = response
  return stringOf(output) || stringOf(result) || JSON.stringify(response)
}

function readTool(declaration: JsonObject): Tool {
  const name = stringOf(declaration.name)
  if (!/^[A-Za-z_][\w.:-]{0,127}$/.test(name)) throw invalid(`tools: '${name}' is no function name`)
  return {
    name,
    form: 'function',
    description: stringOf(declaration.description),
    schema: objectOf(declaration.parametersJsonSchema ?? declaration.parameters),
  }
}

function readToolChoice({ mode, allowedFunctionNames }: JsonObject): ToolChoice {
  if (mode === 'NONE') return { type: 'none' }
  if (mode !== 'ANY') return { type: 'auto' }
  const [name] = stringsOf(allowedFunctionNames)
  return name === undefined ? { type: 'any' } : { type: 'tool', name }
}

function readReasoning(config: JsonObject): ReasoningWish {
  const { includeThoughts, thinkingBudget, thinkingLevel } = config
  if (thinkingBudget !== undefined && thinkingLevel !== undefined) {
    throw invalid('generationConfig.thinkingConfig: give a budget or a level, not both')
  }
  if (thinkingBudget === 0) return 'unasked'
  if (includeThoughts === true) return 'shown'
  return thinkingBudget === undefined && thinkingLevel === undefined ? 'unasked' : 'hidden'
}

function readJsonSchema(config: JsonObject): JsonObject | undefined {
  if (config.responseMimeType !== 'application/json') return undefined
  return objectOf(config.responseJsonSchema ?? config.responseSchema ?? { type: 'object' })
}
