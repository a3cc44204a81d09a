import type { JsonObject } from '../../../../src/index.js'
import type { Answer, CallPart, Part } from '../answer.js'
import { formatData } from '../events.js'
import { splitTokens } from '../tokens.js'
import { objectOf, stringOf } from '../values.js'
import { choiceIndexes, FINISH_REASONS, renderCall, renderHead, renderLogprobs, renderUsage } from './body.js'

const TEXT_FIELDS = { reasoning: 'reasoning_content', text: 'content', refusal: 'refusal' } as const

/** Writes the chunks: role, deltas, finish, usage when it was asked for, `[DONE]`. Choices go side by side. */
export function renderEvents(answer: Answer): readonly string[] {
  const wantsUsage = objectOf(answer.question.request.stream_options).include_usage === true
  const head = renderHead(answer, 'chat.completion.chunk')
  const indexes = choiceIndexes(answer)
  const chunks = renderChoices(answer).flatMap((choice) =>
    indexes.map((index) => ({
      ...head,
      choices: [{ index, ...choice }],
      usage: wantsUsage ? null : undefined,
    })),
  )
  const usage = wantsUsage && answer.usage ? [renderUsage(answer.usage, indexes.length)] : []
  return [
    ...chunks.map(formatData),
    ...usage.map((numbers) => formatData({ ...head, choices: [], usage: numbers })),
    'data: [DONE]\n\n',
  ]
}

function renderChoices(answer: Answer): readonly JsonObject[] {
  const startsWithText = answer.parts[0]?.type === 'text' || answer.parts.length === 0
  const calls = answer.parts.filter((part) => part.type === 'call')
  const deltas = [
    { role: 'assistant', content: startsWithText ? '' : null, refusal: null },
    ...answer.parts.flatMap((part) => renderPart(part, calls)),
  ]
  return [
    ...deltas.map((delta: JsonObject) => ({
      delta,
      logprobs: renderLogprobs(stringOf(delta.content), answer),
      finish_reason: null,
    })),
    { delta: {}, logprobs: null, finish_reason: FINISH_REASONS[answer.finish] },
  ]
}

function renderPart(part: Part, calls: readonly CallPart[]): readonly JsonObject[] {
  if (part.type !== 'call') {
    return splitTokens(part.text).map((token) => ({ [TEXT_FIELDS[part.type]]: token }))
  }
  const index = calls.indexOf(part)
  const first = { index, ...renderCall(part, '') }
  const rest = splitTokens(part.input).map((token) =>
    part.form === 'custom' ? { index, custom: { input: token } } : { index, function: { arguments: token } },
  )
  return [first, ...rest].map((fragment) => ({ tool_calls: [fragment] }))
}
