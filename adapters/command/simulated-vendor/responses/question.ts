import type { JsonObject, JsonValue } from '../../../../src/index.js'
import { invalid, VendorProblem } from '../problem.js'
import type { VendorCall } from '../protocol.js'
import {
  checkToolChoice,
  findOrphanResult,
  readLimit,
  textTurn,
  type Question,
  type ReasoningWish,
  type Tool,
  type ToolChoice,
  type Turn,
} from '../question.js'
import { objectOf, objectsOf, stringOf, textOf } from '../values.js'

const READERS: Readonly<Record<string, (item: JsonObject) => Turn | undefined>> = {
  message: readMessage,
  reasoning: () => textTurn('assistant', ''),
  function_call: (item) => readCall(item, stringOf(item.arguments)),
  custom_tool_call: (item) => readCall(item, stringOf(item.input)),
  function_call_output: readResult,
  custom_tool_call_output: readResult,
}

/** Reads a Responses request. The vendor stores nothing, so nothing stored can be referred to. */
export function readQuestion({ body }: VendorCall): Question {
  const model = stringOf(body.model)
  if (model === '') throw invalid('A model is required.', 'model', 'missing_required_parameter')
  refuseStored(body)
  const turns = readInput(body.input)
  return checkToolChoice(
    {
      model,
      stream: body.stream === true,
      turns: [textTurn('system', stringOf(body.instructions)), ...turns],
      tools: objectsOf(body.tools).flatMap(readTool),
      toolChoice: readToolChoice(body.tool_choice),
      parallelCalls: body.parallel_tool_calls !== false,
      maxTokens: readLimit(body.max_output_tokens, 'max_output_tokens', 16),
      stopSequences: [],
      reasoning: readReasoning(objectOf(body.reasoning)),
      jsonSchema: readJsonSchema(objectOf(objectOf(body.text).format)),
      request: body,
    },
    'tool_choice',
  )
}

function refuseStored(body: JsonObject): void {
  if (body.background === true) throw invalid('Nothing runs in the background here.', 'background')
  if (body.previous_response_id) {
    throw invalid('There is no such response.', 'previous_response_id', 'previous_response_not_found')
  }
  if (objectsOf(body.input).some((item) => item.type === 'item_reference')) {
    throw new VendorProblem(404, 'There is no such item.', { param: 'input', code: 'item_not_found' })
  }
}

function readInput(input: JsonValue | undefined): readonly Turn[] {
  if (typeof input === 'string' && input !== '') return [textTurn('user', input)]
  const items = objectsOf(input)
  if (items.length === 0) throw invalid('Input is required.', 'input', 'missing_required_parameter')
  const turns = items.flatMap((item) => {
    const type = stringOf(item.type) || 'message'
    return (Object.hasOwn(READERS, type) ? READERS[type]?.(item) : undefined) ?? []
  })
  checkPairs(turns)
  return turns
}

/** A result may come any time after its call, but it has to come. */
function checkPairs(turns: readonly Turn[]): void {
  const answered = new Set(turns.flatMap((turn) => turn.results.map((result) => result.callId)))
  const open = turns.flatMap((turn) => turn.calls).find((call) => !answered.has(call.id))
  if (open !== undefined) throw invalid(`The function call '${open.id}' has no output.`, 'input')
  const orphan = findOrphanResult(turns)
  if (orphan !== undefined) throw invalid(`No function call before it has the id '${orphan}'.`, 'input')
}

function readMessage(item: JsonObject): Turn {
  const text = textOf(item.content)
  if (item.role === 'user') return textTurn('user', text)
  return textTurn(item.role === 'assistant' ? 'assistant' : 'system', text)
}

function readCall(item: JsonObject, input: string): Turn {
  const call = { id: stringOf(item.call_id), name: stringOf(item.name), input }
  return { ...textTurn('assistant', ''), calls: [call] }
}

function readResult(item: JsonObject): Turn {
  const result = { callId: stringOf(item.call_id), text: textOf(item.output) }
  return { ...textTurn('user', ''), results: [result] }
}

/** The vendor calls what the client runs; built-in tools are accepted and never used. */
function readTool(tool: JsonObject, index: number): readonly Tool[] {
  const { type } = tool
  if (type !== 'function' && type !== 'custom') return []
  const name = stringOf(tool.name)
  if (name === '') throw invalid('A tool needs a name.', `tools[${index}].name`, 'missing_required_parameter')
  return [{ name, form: type, description: stringOf(tool.description), schema: objectOf(tool.parameters) }]
}

function readToolChoice(choice: JsonValue | undefined): ToolChoice {
  if (choice === 'none') return { type: 'none' }
  if (choice === 'required') return { type: 'any' }
  const { type, mode, name } = objectOf(choice)
  if (type === 'allowed_tools') return { type: mode === 'required' ? 'any' : 'auto' }
  const named = type === 'function' || type === 'custom'
  return named ? { type: 'tool', name: stringOf(name) } : { type: 'auto' }
}

/** Without a wish for a summary the item comes with an empty one. */
function readReasoning({ effort, summary, generate_summary: oldSummary }: JsonObject): ReasoningWish {
  if (summary || oldSummary) return 'shown'
  return effort && effort !== 'none' ? 'hidden' : 'unasked'
}

function readJsonSchema({ type, schema }: JsonObject): JsonObject | undefined {
  if (type === 'json_object') return { type: 'object' }
  return type === 'json_schema' ? objectOf(schema) : undefined
}
