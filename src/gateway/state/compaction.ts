import type { JsonObject } from '../../canonical/json.js'
import { asObject, asObjects, asString, asText } from '../../canonical/narrow.js'
import { GatewayError } from '../../errors.js'
import type { CodecContext } from '../../protocols/protocol.js'
import { toItems, typeOf, userMessage } from './items.js'

/** Marks what the gateway itself has sealed: no vendor gets it. */
const FAMILY = 'compaction'

const REQUEST = `Summarize this conversation so that another assistant can go on with the work from your summary alone.
Write down: what the user wants and every instruction and preference that still holds; what was done and decided, and why; files, commands, names, numbers and error messages exactly where they still matter; what is finished, what is open, and what comes next.
Call no tools. Answer with the summary only.`

const HEADING =
  'The conversation so far was replaced by this summary. Go on from it, and do not mention that it is one.'

/** The request that asks the model for a summary. Tools stay as they are, because vendors cache prompts that begin alike. */
export function toSummaryRequest(body: JsonObject, items: readonly JsonObject[]): JsonObject {
  const { text: _format, max_output_tokens: _limit, ...rest } = body
  const input = items.filter((item) => typeOf(item) !== 'compaction_trigger')
  return {
    ...rest,
    input: [...input, userMessage(REQUEST)],
    ...(asObjects(body['tools']).length === 0 ? {} : { tool_choice: 'none' }),
  }
}

/** Seals the summary that the model wrote into an item; throws `provider_error` when it wrote none. */
export function toCompactionItem(response: JsonObject, id: string, codec: CodecContext): JsonObject {
  const summary = asObjects(response['output'])
    .flatMap((item) => asObjects(item['content']))
    .map((part) => asString(part['text']) ?? '')
    .join('')
  if (summary === '') throw new GatewayError('provider_error', 'The model wrote no summary.')
  const state = { family: FAMILY, kind: 'details', data: { summary } } as const
  return { id, type: 'compaction', encrypted_content: codec.seal(state) }
}

/** The message that a compaction item of ours stands for; throws `invalid_value` for one that was altered. */
export function expandCompaction(item: JsonObject, path: string, codec: CodecContext): JsonObject {
  const opened = codec.open(asString(item['encrypted_content']) ?? '')
  const summary =
    opened.status === 'ours' && opened.state.family === FAMILY
      ? asText(asObject(opened.state.data)?.summary)
      : undefined
  if (summary === undefined) {
    const param = `${path}.encrypted_content`
    const message = `${param}: is no compaction of this gateway, or was altered on its way.`
    throw new GatewayError('invalid_value', message, { param })
  }
  return userMessage(`${HEADING}\n\n${summary}`)
}

/** The answer of the endpoint that compacts: what the user said stays, all else is in the compaction. */
export function toCompactedResponse(
  response: JsonObject,
  {
    id,
    input,
    item,
  }: { readonly id: string; readonly input: readonly JsonObject[]; readonly item: JsonObject },
): JsonObject {
  const users = input.filter((each) => typeOf(each) === 'message' && each['role'] === 'user')
  return {
    id,
    object: 'response.compaction',
    created_at: response['created_at'],
    output: [...users.map(withParts), item],
    usage: response['usage'],
  }
}

function withParts(message: JsonObject): JsonObject {
  const { content } = message
  const parts = typeof content === 'string' ? toItems(content)[0]?.['content'] : content
  return { status: 'completed', ...message, type: 'message', content: parts }
}
