import type { JsonObject, JsonValue } from '../../../../src/index.js'
import { invalid } from '../problem.js'
import type { VendorCall } from '../protocol.js'
import {
  checkToolChoice,
  findOrphanResult,
  findUnansweredCalls,
  readLimit,
  textTurn,
  type PastCall,
  type Question,
  type Tool,
  type ToolChoice,
  type Turn,
} from '../question.js'
import { objectOf, objectsOf, stringOf, stringsOf, textOf } from '../values.js'

const READERS: Readonly<Record<string, (message: JsonObject) => Turn>> = {
  system: (message) => textTurn('system', textOf(message.content)),
  developer: (message) => textTurn('system', textOf(message.content)),
  user: (message) => textTurn('user', textOf(message.content)),
  assistant: (message) => ({
    ...textTurn('assistant', textOf(message.content)),
    calls: objectsOf(message.tool_calls).map(readCall),
  }),
  tool: (message) => ({
    ...textTurn('user', ''),
    results: [{ callId: stringOf(message.tool_call_id), text: textOf(message.content) }],
  }),
}

/** Reads a Chat Completions request. */
export function readQuestion({ body }: VendorCall): Question {
  const model = stringOf(body.model)
  if (model === '') throw invalid('A model is required.', 'model', 'missing_required_parameter')
  if (body.stream_options && body.stream !== true) {
    throw invalid('stream_options is for streams alone.', 'stream_options', 'invalid_value')
  }
  readLimit(body.n, 'n', 1)
  return checkToolChoice(
    {
      model,
      stream: body.stream === true,
      turns: readTurns(body.messages),
      tools: objectsOf(body.tools).map(readTool),
      toolChoice: readToolChoice(body.tool_choice),
      parallelCalls: body.parallel_tool_calls !== false,
      maxTokens:
        readLimit(body.max_completion_tokens, 'max_completion_tokens', 1) ??
        readLimit(body.max_tokens, 'max_tokens', 1),
      stopSequences: stringsOf(body.stop),
      reasoning: objectOf(body.thinking).type === 'enabled' ? 'shown' : 'unasked',
      jsonSchema: readJsonSchema(objectOf(body.response_format)),
      request: body,
    },
    'tool_choice',
  )
}

function readTurns(messages: JsonValue | undefined): readonly Turn[] {
  const list = objectsOf(messages)
  if (list.length === 0) throw invalid('Messages are required.', 'messages', 'missing_required_parameter')
  const turns = list.map((message, index) => {
    const role = stringOf(message.role)
    const read = Object.hasOwn(READERS, role) ? READERS[role] : undefined
    if (read === undefined) {
      throw invalid(`There is no role '${role}'.`, `messages[${index}].role`, 'invalid_value')
    }
    return read(message)
  })
  const unanswered = findUnansweredCalls(turns)
  if (unanswered.length > 0) {
    throw invalid(`These tool calls have no tool message: ${unanswered.join(', ')}`, 'messages')
  }
  const orphan = findOrphanResult(turns)
  if (orphan !== undefined) {
    throw invalid(`A tool message answers '${orphan}', which no message before it called.`, 'messages')
  }
  return turns
}

function readCall(call: JsonObject): PastCall {
  const named = objectOf(call.function ?? call.custom)
  return {
    id: stringOf(call.id),
    name: stringOf(named.name),
    input: stringOf(named.arguments ?? named.input),
  }
}

function readTool(tool: JsonObject, index: number): Tool {
  const form = tool.type === 'custom' ? 'custom' : 'function'
  const declared = objectOf(tool[form])
  const name = stringOf(declared.name)
  if (name === '') throw invalid('A tool needs a name.', `tools[${index}].${form}.name`)
  return {
    name,
    form,
    description: stringOf(declared.description),
    schema: objectOf(declared.parameters),
  }
}

function readToolChoice(choice: JsonValue | undefined): ToolChoice {
  if (choice === 'none') return { type: 'none' }
  if (choice === 'required') return { type: 'any' }
  const { type, allowed_tools: allowed, ...named } = objectOf(choice)
  if (type === 'allowed_tools') {
    return { type: objectOf(allowed).mode === 'required' ? 'any' : 'auto' }
  }
  const name = stringOf(objectOf(named.function ?? named.custom).name)
  return name === '' ? { type: 'auto' } : { type: 'tool', name }
}

function readJsonSchema(format: JsonObject): JsonObject | undefined {
  if (format.type === 'json_object') return { type: 'object' }
  return format.type === 'json_schema' ? objectOf(objectOf(format.json_schema).schema) : undefined
}
