import type { ToolResultPart } from '../../../../canonical/content.js'
import type { JsonObject } from '../../../../canonical/json.js'
import { PROTOCOL } from '../../vocabulary.js'
import { compact, type Encoding } from './encoding.js'
import { encodeCache, encodePart, searchResultText, textBlock, toContent } from './parts.js'

type ResultContent = ToolResultPart['content'][number]

/** A tool message, and the media of it that only a user message can carry. */
export interface EncodedResult {
  readonly message: JsonObject
  readonly media: readonly JsonObject[]
}

const ERROR_PREFIX = 'Error: '

/** Encodes a tool result. A failed one says so in its text, media go to the user message that follows. */
export function encodeResult(result: ToolResultPart, encoding: Encoding): EncodedResult {
  const media: JsonObject[] = []
  const blocks = result.content.flatMap((part) => {
    if (isMedia(part) && encoding.target.traits.mediaInToolResults !== true) {
      media.push(...encodePart(part, encoding))
      return []
    }
    return encodeContent(part, encoding)
  })
  if (media.length > 0) {
    encoding.note('moved', result.path ?? 'messages', 'Media of a tool result were sent as a user message.')
    media.unshift(textBlock(`[content of the result of tool call ${result.toolCallId}]`))
    if (blocks.length === 0) blocks.push(textBlock('[attached in the next user message]'))
  }
  if (result.isError === true) {
    encoding.note(
      'emulated',
      result.path ?? 'messages',
      'That a tool failed was said in the text of its result.',
    )
  }
  const content = result.isError === true ? markError(blocks) : blocks
  const message = compact({
    role: 'tool',
    tool_call_id: result.toolCallId,
    name: encoding.dialect.toolResultName === true ? result.toolName : undefined,
    content: toContent(withCache(content, result, encoding)),
  })
  return { message, media }
}

/** A breakpoint on the result, or inside it, counts after its last block: here only blocks can carry one. */
function withCache(
  blocks: readonly JsonObject[],
  result: ToolResultPart,
  encoding: Encoding,
): readonly JsonObject[] {
  const cache = result.cache ?? result.content.findLast((part) => part.cache !== undefined)?.cache
  const marker = encodeCache({ cache, path: result.path }, encoding)
  const last = blocks.at(-1)
  return last === undefined ? blocks : [...blocks.slice(0, -1), { ...last, ...marker }]
}

/** A tool result as plain text, for places where no tool message may stand. */
export function resultText(result: ToolResultPart): string {
  return result.content
    .map((part) =>
      part.type === 'text' ? part.text : part.type === 'search-result' ? searchResultText(part) : '',
    )
    .filter((text) => text !== '')
    .join('\n')
}

function isMedia(
  part: ResultContent,
): part is Extract<ResultContent, { type: 'image' | 'document' | 'audio' }> {
  if (part.type === 'document') return part.source.type !== 'text' && part.source.type !== 'parts'
  return part.type === 'image' || part.type === 'audio'
}

function encodeContent(part: ResultContent, encoding: Encoding): readonly JsonObject[] {
  if (part.type === 'provider' && part.protocol !== PROTOCOL) {
    encoding.change(
      'dropped',
      part.path ?? 'messages',
      'A part of a tool result was not sent: only its own protocol has it.',
    )
    return []
  }
  return encodePart(part.cache === undefined ? part : { ...part, cache: undefined }, encoding)
}

function markError(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const [first, ...others] = blocks
  const text = typeof first?.['text'] === 'string' ? first['text'] : undefined
  if (first === undefined || text === undefined) return [textBlock(ERROR_PREFIX.trim()), ...blocks]
  return /^\s*error\b/i.test(text) ? blocks : [{ ...first, text: ERROR_PREFIX + text }, ...others]
}
