import type { ToolResultPart } from '../../../canonical/content.js'
import { isJsonObject, parseJson, type JsonObject } from '../../../canonical/json.js'
import { encodeContentPart } from './encode-media.js'
import type { Encoding } from './encoding.js'

/** A result on the wire, and what of it has to stand beside it. */
export interface EncodedResult {
  readonly part: JsonObject
  readonly beside: readonly JsonObject[]
}

/** Encodes the result of a call; media stay inside where the model takes them there, else follow as parts. */
export function encodeResult(result: ToolResultPart, name: string, encoding: Encoding): EncodedResult {
  const texts: string[] = []
  const media: JsonObject[] = []
  for (const part of result.content) {
    if (part.type === 'text') texts.push(part.text)
    else {
      for (const wire of encodeContentPart(part, encoding)) {
        if (typeof wire['text'] === 'string') texts.push(wire['text'])
        else media.push(wire)
      }
    }
  }
  const inside = media.length > 0 && encoding.target.traits.mediaInToolResults === true
  if (media.length > 0 && !inside) {
    encoding.warnings.push({
      code: 'moved',
      path: result.path ?? 'tool result',
      message: 'Media of a tool result follow it as parts of the same turn.',
      semantic: false,
    })
  }
  const text = texts.join('\n')
  const response = encodeResponse(text === '' && media.length > 0 ? ATTACHED : text, result.isError === true)
  return {
    part: {
      functionResponse: { id: result.toolCallId, name, response, ...(inside ? { parts: media } : {}) },
    },
    beside: inside ? [] : media,
  }
}

const ATTACHED = '[media attached]'

/** The result that a call without one gets: Gemini wants as many results as there were calls. */
export function encodeMissingResult(id: string, name: string): JsonObject {
  return { functionResponse: { id, name, response: { error: '[no result]' } } }
}

/** A result whose call is not there, in words. */
export function encodeOrphan(result: ToolResultPart, encoding: Encoding): readonly JsonObject[] {
  encoding.warnings.push({
    code: 'repaired',
    path: result.path ?? 'tool result',
    message: 'The result of a call that is not in the conversation was sent as text.',
    semantic: false,
  })
  return result.content.flatMap((part) => encodeContentPart(part, encoding))
}

/**
 * JSON objects go as what they are, so that the model reads fields and not an escaped string; but only where the
 * object says exactly what the text said. `$ref` would be read as a reference to media.
 */
function encodeResponse(text: string, isError: boolean): JsonObject {
  if (isError) return { error: text }
  if (text.startsWith('{') && text.endsWith('}') && !text.includes('"$ref"')) {
    const parsed = parseJson(text)
    if (isJsonObject(parsed) && !isWrapped(parsed) && JSON.stringify(parsed) === text) return parsed
  }
  return { output: text }
}

/** True for objects that would be taken for our own wrapping of plain words. */
function isWrapped(object: JsonObject): boolean {
  const [key, ...others] = Object.keys(object)
  if (key === undefined || others.length > 0) return false
  return (key === 'output' || key === 'error') && typeof object[key] === 'string'
}
