import type { JsonObject } from '../../../../src/index.js'
import type { Answer, Part } from '../answer.js'
import { countTokens, splitTokens } from '../tokens.js'
import { renderCall, renderResponse, signText } from './body.js'

/** One part of one chunk, and the visible tokens in it. */
interface Piece {
  readonly part: JsonObject
  readonly tokens: number
}

/** Writes the chunks: thoughts, then text or whole calls; usage so far in each, the finish in the last. */
export function renderEvents(answer: Answer): readonly string[] {
  const listed = answer.parts.flatMap((part) => listPieces(part, answer))
  const pieces = listed.length > 0 ? listed : [{ part: { text: '' }, tokens: 0 }]
  let outputTokens = answer.usage?.reasoningTokens ?? 0
  return pieces.map(({ part, tokens }, index) => {
    const finished = index === pieces.length - 1
    outputTokens += tokens
    const total = answer.usage?.outputTokens ?? 0
    const usage = answer.usage && {
      ...answer.usage,
      outputTokens: finished ? total : Math.min(outputTokens, total),
    }
    return formatChunk(renderResponse(answer, { parts: [part], usage, finished }))
  })
}

/** This vendor ends its lines with a carriage return as well. */
export function formatChunk(chunk: JsonObject): string {
  return `data: ${JSON.stringify(chunk)}\r\n\r\n`
}

function listPieces(part: Part, answer: Answer): readonly Piece[] {
  switch (part.type) {
    case 'reasoning':
      return splitTokens(part.text).map((text) => ({ part: { text, thought: true }, tokens: 0 }))
    case 'text':
    case 'refusal':
      return [
        ...splitTokens(part.text).map((text) => ({ part: { text }, tokens: 1 })),
        ...listSignature(answer),
      ]
    case 'call':
      return renderCall(part, answer).map((call) => ({ part: call, tokens: 1 + countTokens(part.input) }))
  }
}

/** The signature of a text comes last, on a part of its own with no text. */
function listSignature(answer: Answer): readonly Piece[] {
  const thoughtSignature = signText(answer)
  return thoughtSignature === undefined ? [] : [{ part: { text: '', thoughtSignature }, tokens: 0 }]
}
