import type { Finish, Part } from './answer.js'
import type { Question } from './question.js'
import { countTokens, splitTokens } from './tokens.js'

/** Parts within the limits of the request, and what ended them. */
export interface FittedParts {
  readonly parts: readonly Part[]
  readonly finish: Finish
  readonly stopSequence: string | undefined
}

/** Tokens of all parts; a call costs one more than its input, for its name. */
export function countParts(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + countPart(part), 0)
}

function countPart(part: Part): number {
  return part.type === 'call' ? 1 + countTokens(part.input) : countTokens(part.text)
}

/** Ends the text at the first stop sequence, then the whole answer at the token limit. */
export function fitParts(parts: readonly Part[], question: Question): FittedParts {
  const stopped = stopParts(parts, question.stopSequences)
  const limit = question.maxTokens
  if (limit === undefined || countParts(stopped.parts) <= limit) return stopped
  return { parts: cutParts(stopped.parts, limit), finish: 'length', stopSequence: undefined }
}

function stopParts(parts: readonly Part[], sequences: readonly string[]): FittedParts {
  const kept: Part[] = []
  for (const part of parts) {
    const stop = part.type === 'text' ? findStop(part.text, sequences) : undefined
    if (part.type === 'text' && stop !== undefined) {
      const before = { ...part, text: part.text.slice(0, stop.position) }
      return { parts: [...kept, before], finish: 'stop_sequence', stopSequence: stop.sequence }
    }
    kept.push(part)
  }
  const calls = parts.some((part) => part.type === 'call')
  return { parts, finish: calls ? 'tool_calls' : 'stop', stopSequence: undefined }
}

function findStop(
  text: string,
  sequences: readonly string[],
): { readonly position: number; readonly sequence: string } | undefined {
  const found = sequences
    .map((sequence) => ({ sequence, position: sequence === '' ? -1 : text.indexOf(sequence) }))
    .filter((stop) => stop.position !== -1)
  return found.sort((left, right) => left.position - right.position)[0]
}

function cutParts(parts: readonly Part[], limit: number): readonly Part[] {
  const kept: Part[] = []
  let left = limit
  for (const part of parts) {
    if (left === 0) break
    const cost = countPart(part)
    kept.push(cost <= left ? part : cutPart(part, left))
    left -= Math.min(cost, left)
  }
  return kept
}

function cutPart(part: Part, limit: number): Part {
  if (part.type !== 'call') return { ...part, text: firstTokens(part.text, limit), complete: false }
  return { ...part, input: firstTokens(part.input, limit - 1), complete: false }
}

function firstTokens(text: string, count: number): string {
  return splitTokens(text).slice(0, count).join('')
}
