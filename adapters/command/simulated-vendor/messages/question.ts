import type { JsonObject, JsonValue } from '../../../../src/index.js'
import { invalid, VendorProblem } from '../problem.js'
import type { VendorCall } from '../protocol.js'
import {
  checkToolChoice,
  findOrphanResult,
  findUnansweredCalls,
  freshTurns,
  readLimit,
  textTurn,
  type Question,
  type ReasoningWish,
  type Tool,
  type ToolChoice,
  type Turn,
} from '../question.js'
import { objectOf, objectsOf, stringOf, stringsOf, textOf } from '../values.js'

const ROLES = ['user', 'assistant', 'system'] as const
const SAMPLING = ['temperature', 'top_p', 'top_k'] as const
const MIN_THINKING_TOKENS = 1024

/** Reads a Messages request; a count needs no output limit. */
export function readQuestion(call: VendorCall): Question {
  const { body, operation } = call
  checkVersion(call)
  checkThread(body)
  const model = stringOf(body.model)
  if (model === '') throw invalid('model: Field required')
  const maxTokens = readLimit(body.max_tokens, 'max_tokens', 0)
  if (maxTokens === undefined && operation === 'answer') throw invalid('max_tokens: Field required')
  const turns = [textTurn('system', textOf(body.system)), ...readTurns(body.messages)]
  return checkToolChoice(
    {
      model,
      stream: body.stream === true,
      turns,
      tools: objectsOf(body.tools).map(readTool),
      toolChoice: readToolChoice(objectOf(body.tool_choice)),
      parallelCalls: objectOf(body.tool_choice).disable_parallel_tool_use !== true,
      maxTokens,
      stopSequences: stringsOf(body.stop_sequences),
      reasoning: readReasoning(objectOf(body.thinking), maxTokens),
      jsonSchema:
        readJsonSchema(objectOf(objectOf(body.output_config).format ?? body.output_format)) ??
        readJsonWish(turns),
      request: body,
    },
    'tool_choice',
  )
}

/** The newer version takes no sampling parameters at all. */
function checkVersion({ headers, body }: VendorCall): void {
  const version = headers['anthropic-version']
  if (!version) throw invalid('anthropic-version: header is required')
  const sampling = SAMPLING.find((name) => body[name] !== undefined)
  if (version >= '2026-10-21' && sampling !== undefined) {
    throw invalid(`${sampling}: Extra inputs are not permitted`)
  }
}

/** A pure function keeps no conversations; the SDK that is told so sends the whole one instead. */
function checkThread({ thread }: JsonObject): void {
  if (thread === undefined) return
  const details = { error_code: 'thread_unsupported_request', unsupported: ['thread'] }
  throw new VendorProblem(400, 'thread: conversations are not kept here', { details })
}

function readTurns(messages: JsonValue | undefined): readonly Turn[] {
  const list = objectsOf(messages)
  if (list.length === 0) throw invalid('messages: at least one message is required')
  const turns = list.map(readTurn)
  const unanswered = findUnansweredCalls(turns)
  if (unanswered.length > 0) {
    throw invalid(`messages: no tool_result in the next message for tool_use ${unanswered.join(', ')}`)
  }
  const orphan = findOrphanResult(turns)
  if (orphan !== undefined) throw invalid(`messages: the tool_result for ${orphan} has no tool_use before it`)
  return turns
}

function readTurn(message: JsonObject, index: number): Turn {
  const role = ROLES.find((known) => known === message.role)
  if (role === undefined) throw invalid(`messages.${index}.role: not a role`)
  const blocks = objectsOf(message.content)
  if (blocks.some((block) => block.type === 'text' && stringOf(block.text) === '')) {
    throw invalid(`messages.${index}.content: text blocks must not be empty`)
  }
  return {
    role,
    text: textOf(message.content),
    calls: blocks
      .filter((block) => block.type === 'tool_use')
      .map((block) => ({
        id: stringOf(block.id),
        name: stringOf(block.name),
        input: JSON.stringify(block.input ?? {}),
      })),
    results: blocks
      .filter((block) => block.type === 'tool_result')
      .map((block) => ({ callId: stringOf(block.tool_use_id), text: textOf(block.content) })),
  }
}

function readTool(tool: JsonObject, index: number): Tool {
  const name = stringOf(tool.name)
  if (name === '' && !tool.type) throw invalid(`tools.${index}.name: Field required`)
  return {
    name,
    form: 'function',
    description: stringOf(tool.description),
    schema: objectOf(tool.input_schema),
  }
}

function readToolChoice({ type, name }: JsonObject): ToolChoice {
  if (type === 'tool') return { type, name: stringOf(name) }
  return { type: type === 'none' || type === 'any' ? type : 'auto' }
}

function readReasoning(
  { type, display, budget_tokens: budget }: JsonObject,
  limit = Infinity,
): ReasoningWish {
  if (type === 'enabled' && (typeof budget !== 'number' || budget < MIN_THINKING_TOKENS || budget >= limit)) {
    throw invalid(`thinking.budget_tokens: at least ${MIN_THINKING_TOKENS} and less than max_tokens`)
  }
  if (type !== 'enabled' && type !== 'adaptive') return 'unasked'
  return display === 'omitted' ? 'hidden' : 'shown'
}

const JSON_ALONE = /\bone JSON value only\b|\bonly\b[^.]*\bJSON\b/i

/** This vendor has no JSON mode: it writes JSON where words ask for nothing else. */
function readJsonWish(turns: readonly Turn[]): JsonObject | undefined {
  const asked = [...turns.filter(({ role }) => role === 'system'), ...freshTurns(turns)]
  return asked.some(({ text }) => JSON_ALONE.test(text)) ? { type: 'object' } : undefined
}

function readJsonSchema({ type, schema }: JsonObject): JsonObject | undefined {
  return type === 'json_schema' ? objectOf(schema) : undefined
}
