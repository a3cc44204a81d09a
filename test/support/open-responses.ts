import { z } from 'zod'
import { createSseParser } from '../../src/sse/parse.js'

const nullable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable()
const count = z.int().nonnegative()
const text = z.string()

const outputText = z.object({ type: z.literal('output_text'), text, annotations: z.array(z.looseObject({})) })
const refusal = z.object({ type: z.literal('refusal'), refusal: text })
const summaryText = z.object({ type: z.literal('summary_text'), text })
const reasoningText = z.object({ type: z.literal('reasoning_text'), text })
const inputText = z.object({ type: z.literal('input_text'), text })
const part = z.discriminatedUnion('type', [outputText, refusal, summaryText, reasoningText, inputText])
const status = z.enum(['in_progress', 'completed', 'incomplete'])

/** An item of `output`, as Open Responses describes it. */
const item = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    id: text,
    status,
    role: z.enum(['user', 'assistant', 'system', 'developer']),
    content: z.array(part),
    phase: z.enum(['commentary', 'final_answer']).optional(),
  }),
  z.object({
    type: z.literal('function_call'),
    id: text,
    status,
    call_id: text,
    name: text,
    arguments: text,
  }),
  z.object({
    type: z.literal('reasoning'),
    id: text,
    summary: z.array(summaryText),
    content: z.array(reasoningText).optional(),
    encrypted_content: text.optional(),
  }),
  z.object({ type: z.literal('compaction'), id: text, encrypted_content: text }),
])
export type Item = z.infer<typeof item>

const usage = z.object({
  input_tokens: count,
  output_tokens: count,
  total_tokens: count,
  input_tokens_details: z.object({ cached_tokens: count }),
  output_tokens_details: z.object({ reasoning_tokens: count }),
})

const functionTool = z.object({
  type: z.literal('function'),
  name: text,
  description: nullable(text),
  parameters: nullable(z.looseObject({})),
  strict: nullable(z.boolean()),
})

const mode = z.enum(['none', 'auto', 'required'])
const chosenTool = z.object({ type: z.literal('function'), name: text })

/** The response object of Open Responses: every field that it requires. */
export const responseSchema = z.looseObject({
  id: text,
  object: z.literal('response'),
  created_at: count,
  completed_at: nullable(count),
  status: z.enum(['queued', 'in_progress', 'completed', 'incomplete', 'failed']),
  incomplete_details: nullable(z.object({ reason: text })),
  model: text,
  previous_response_id: nullable(text),
  instructions: nullable(text),
  output: z.array(item),
  error: nullable(z.object({ code: text, message: text })),
  tools: z.array(functionTool),
  tool_choice: z.union([
    mode,
    chosenTool,
    z.object({ type: z.literal('allowed_tools'), tools: z.array(chosenTool), mode }),
  ]),
  truncation: z.enum(['auto', 'disabled']),
  parallel_tool_calls: z.boolean(),
  text: z.object({ format: z.object({ type: z.enum(['text', 'json_object', 'json_schema']) }) }),
  top_p: z.number(),
  presence_penalty: z.number(),
  frequency_penalty: z.number(),
  top_logprobs: count,
  temperature: z.number(),
  reasoning: nullable(z.object({ effort: nullable(text), summary: nullable(text) })),
  usage: nullable(usage),
  max_output_tokens: nullable(count),
  max_tool_calls: nullable(count),
  store: z.boolean(),
  background: z.boolean(),
  service_tier: text,
  metadata: z.record(text, text),
  safety_identifier: nullable(text),
  prompt_cache_key: nullable(text),
})
export type ResponseObject = z.infer<typeof responseSchema>

/** What the compaction endpoint answers. */
export const compactionSchema = z.object({
  id: text,
  object: z.literal('response.compaction'),
  created_at: count,
  output: z.array(item),
  usage,
})

/** What stands in `error` of a refused request. */
export const errorSchema = z.object({
  type: text,
  code: nullable(text),
  message: text,
  param: nullable(text),
})

const inResponse = z.object({ response: responseSchema })
const ofItem = z.object({ output_index: count, item })
const inItem = z.object({ item_id: text, output_index: count })
const inContent = inItem.extend({ content_index: count })
const inSummary = inItem.extend({ summary_index: count })

const EVENTS: Readonly<Record<string, z.ZodType>> = {
  'response.created': inResponse,
  'response.queued': inResponse,
  'response.in_progress': inResponse,
  'response.completed': inResponse,
  'response.incomplete': inResponse,
  'response.failed': inResponse,
  'response.output_item.added': ofItem,
  'response.output_item.done': ofItem,
  'response.content_part.added': inContent.extend({ part }),
  'response.content_part.done': inContent.extend({ part }),
  'response.output_text.delta': inContent.extend({ delta: text }),
  'response.output_text.done': inContent.extend({ text }),
  'response.refusal.delta': inContent.extend({ delta: text }),
  'response.refusal.done': inContent.extend({ refusal: text }),
  'response.reasoning_text.delta': inContent.extend({ delta: text }),
  'response.reasoning_text.done': inContent.extend({ text }),
  'response.reasoning_summary_part.added': inSummary.extend({ part }),
  'response.reasoning_summary_part.done': inSummary.extend({ part }),
  'response.reasoning_summary_text.delta': inSummary.extend({ delta: text }),
  'response.reasoning_summary_text.done': inSummary.extend({ text }),
  'response.function_call_arguments.delta': inItem.extend({ delta: text }),
  'response.function_call_arguments.done': inItem.extend({ arguments: text }),
}

/** An event with the fields that the checks of a stream read. */
const event = z.looseObject({
  type: text,
  sequence_number: count,
  output_index: count.optional(),
  delta: text.optional(),
  response: z.unknown().optional(),
  item: item.optional(),
})
export type StreamEvent = z.infer<typeof event>

/** Reads a stream; throws for an event that the documentation does not describe, or whose name is not its type. */
export function readEvents(stream: string): readonly StreamEvent[] {
  const events: StreamEvent[] = []
  const parser = createSseParser({
    onEvent({ event: name, data }) {
      const read = event.parse(JSON.parse(data))
      if (name !== read.type) throw new Error(`The event ${read.type} is named ${String(name)}.`)
      const schema = EVENTS[read.type]
      if (schema === undefined) throw new Error(`Nobody knows the event ${read.type}.`)
      schema.parse(read)
      events.push(read)
    },
  })
  parser.push(stream)
  parser.end()
  return events
}
