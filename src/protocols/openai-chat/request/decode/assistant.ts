import type {
  AssistantPart,
  GeneratedImagePart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from '../../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../../canonical/json.js'
import { asArray, asObject, asString, asText } from '../../../../canonical/narrow.js'
import { readCalls, readToolUse } from './calls.js'
import { decodePart, readList, toProvider, toSource } from './parts.js'
import { readReturnedReasoning, type Decoding } from './reasoning.js'

/** The parts of an assistant message: in the order that its manifest names, else reasoning, text, calls. */
export function readAssistantParts(
  message: JsonObject,
  path: string,
  decoding: Decoding,
): readonly AssistantPart[] {
  const reasoning = readReturnedReasoning(message, path, decoding)
  const content = readContent(message, path, decoding)
  const calls = readCalls(message, path, { decoding, reasoning })
  const refusal = asText(message['refusal'])
  const rest: AssistantPart[] =
    refusal === undefined ? [] : [{ type: 'refusal', text: refusal, path: `${path}.refusal` }]
  rest.push(...readImages(message, path), ...readAudio(message, path))
  const ordered =
    reasoning.order === undefined
      ? undefined
      : arrange(reasoning.order, { reasoning: reasoning.parts, content, calls })
  return ordered === undefined ? [...reasoning.parts, ...content, ...rest, ...calls] : [...ordered, ...rest]
}

function readContent(message: JsonObject, path: string, decoding: Decoding): readonly AssistantPart[] {
  const content = message['content']
  if (typeof content === 'string') {
    return content === '' ? [] : [{ type: 'text', text: content, path: `${path}.content` }]
  }
  return readList(content, path).map((value, at) => readBlock(value, `${path}.content[${at}]`, decoding))
}

function readBlock(value: JsonValue, path: string, decoding: Decoding): AssistantPart {
  const block = asObject(value) ?? {}
  switch (block['type']) {
    case 'refusal':
      return { type: 'refusal', text: asString(block['refusal']) ?? '', path }
    case 'tool_use':
      return readToolUse(block, path, decoding)
    case 'thinking':
      return readThinking(block, path, decoding)
    case 'redacted_thinking': {
      const state = { family: 'anthropic', kind: 'redacted', data: block['data'] ?? '' } as const
      return { type: 'reasoning', text: '', redacted: true, state, path }
    }
  }
  const part = decodePart(value, path)
  return part.type === 'text' ? part : toProvider(block, asText(block['type']) ?? part.type, path)
}

/** Mistral's `thinking` is a list of texts; Anthropic's is one text with a signature. */
function readThinking(block: JsonObject, path: string, { context, warnings }: Decoding): ReasoningPart {
  const thinking = block['thinking']
  const text =
    asString(thinking) ??
    asArray(thinking)
      .map((piece) => asString(asObject(piece)?.['text']) ?? '')
      .join('')
  const signature = asText(block['signature'])
  if (signature === undefined) return { type: 'reasoning', text, raw: true, path }
  const opened = context.open(signature)
  if (opened.status === 'ours') return { type: 'reasoning', text, state: opened.state, path }
  if (opened.status === 'foreign') {
    return {
      type: 'reasoning',
      text,
      state: { family: 'anthropic', kind: 'signature', data: signature },
      path,
    }
  }
  warnings.push({
    code: 'dropped',
    path,
    message: 'Reasoning state was altered on its way and was not sent.',
    semantic: false,
  })
  return { type: 'reasoning', text, path }
}

function readImages(message: JsonObject, path: string): readonly GeneratedImagePart[] {
  return asArray(message['images']).flatMap((image, at) => {
    const url = asText(asObject(asObject(image)?.['image_url'])?.['url'])
    if (url === undefined) return []
    return [{ type: 'generated-image', source: toSource(url), path: `${path}.images[${at}]` } as const]
  })
}

function readAudio(message: JsonObject, path: string): readonly AssistantPart[] {
  const audio = asObject(message['audio'])
  const id = asText(audio?.['id'])
  return id === undefined ? [] : [{ type: 'generated-audio', id, path: `${path}.audio` }]
}

/** Follows the manifest; `undefined` when the client changed what it speaks of. */
function arrange(
  order: readonly string[],
  given: {
    readonly reasoning: readonly ReasoningPart[]
    readonly content: readonly AssistantPart[]
    readonly calls: readonly ToolCallPart[]
  },
): readonly AssistantPart[] | undefined {
  const text = given.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  if (given.content.some((part) => part.type !== 'text')) return undefined
  const parts: (AssistantPart | undefined)[] = []
  let offset = 0
  for (const step of order) {
    const amount = Number(step.slice(1))
    if (step.startsWith('r')) parts.push(given.reasoning[amount])
    else if (step.startsWith('c')) parts.push(given.calls[amount])
    else {
      parts.push(toTextPart(text.slice(offset, offset + amount), given.content[0]))
      offset += amount
    }
  }
  const complete = parts.filter((part) => part !== undefined)
  const expected = given.reasoning.length + given.calls.length
  const found = complete.filter((part) => part.type !== 'text').length
  return offset === text.length && complete.length === parts.length && found === expected
    ? complete
    : undefined
}

function toTextPart(text: string, model: AssistantPart | undefined): TextPart {
  return { type: 'text', text, ...(model?.path === undefined ? {} : { path: model.path }) }
}
