import { type JsonObject, parseJson, type Usage } from '../../../../src/index.js'
import { callsOf, type Answer, type CallPart, type Finish, type Part } from '../answer.js'
import { seal } from '../fingerprint.js'
import { splitTokens } from '../tokens.js'
import { objectOf, stringOf } from '../values.js'

const FINISH_REASONS: Readonly<Record<Finish, string>> = {
  stop: 'STOP',
  stop_sequence: 'STOP',
  tool_calls: 'STOP',
  length: 'MAX_TOKENS',
  refusal: 'PROHIBITED_CONTENT',
  content_filter: 'SAFETY',
}

/** Writes a finished response. */
export function renderBody(answer: Answer): JsonObject {
  const parts = answer.parts.flatMap((part) => renderPart(part, answer))
  return renderResponse(answer, { parts, usage: answer.usage, finished: true })
}

/** What one response of an answer says: all of it, or a piece. */
interface Piece {
  readonly parts: readonly JsonObject[]
  readonly usage: Usage | undefined
  readonly finished: boolean
}

/** A response, or a piece of one: a stream says everything in this shape. */
export function renderResponse(answer: Answer, { parts, usage, finished }: Piece): JsonObject {
  return {
    candidates: [
      {
        content: { role: 'model', parts },
        finishReason: finished ? FINISH_REASONS[answer.finish] : undefined,
        index: 0,
        logprobsResult: renderLogprobs(parts, answer),
      },
    ],
    usageMetadata: usage && renderUsage(usage),
    modelVersion: answer.model,
    responseId: answer.id,
  }
}

/** By fixed rules nothing else could have been said. Undefined unless it was asked for, and for what is no text. */
function renderLogprobs(parts: readonly JsonObject[], { question }: Answer): JsonObject | undefined {
  const { responseLogprobs, logprobs: top } = objectOf(question.request.generationConfig)
  const spoken = parts.filter(({ thought }) => thought !== true).map(({ text }) => stringOf(text))
  const chosen = splitTokens(spoken.join('')).map((token) => ({ token, logProbability: 0 }))
  if (responseLogprobs !== true || chosen.length === 0) return undefined
  const others = typeof top === 'number' && top > 0
  return {
    chosenCandidates: chosen,
    topCandidates: chosen.map((candidate) => ({ candidates: others ? [candidate] : [] })),
  }
}

/** Prompt with its cached part; candidates without thoughts; the total is the sum of all. */
function renderUsage(usage: Usage): JsonObject {
  const thoughts = usage.reasoningTokens
  return {
    promptTokenCount: usage.inputTokens,
    cachedContentTokenCount: usage.cacheReadTokens || undefined,
    candidatesTokenCount: usage.outputTokens - thoughts,
    thoughtsTokenCount: thoughts || undefined,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.inputTokens }],
  }
}

function renderPart(part: Part, answer: Answer): readonly JsonObject[] {
  switch (part.type) {
    case 'reasoning':
      return part.text === '' ? [] : [{ text: part.text, thought: true }]
    case 'text':
    case 'refusal':
      return [{ text: part.text, thoughtSignature: signText(answer) }]
    case 'call':
      return renderCall(part, answer)
  }
}

/** A call goes out whole, without an id; one that was cut short does not go out. The first of them is signed. */
export function renderCall(call: CallPart, answer: Answer): readonly JsonObject[] {
  if (!call.complete) return []
  const [first] = callsOf(answer)
  return [
    {
      functionCall: { name: call.name, args: parseJson(call.input) ?? {} },
      thoughtSignature: call === first ? (sealOf(answer) ?? seal(call.id)) : undefined,
    },
  ]
}

/** The signature that a text carries: only when there was reasoning and no call to carry it. */
export function signText(answer: Answer): string | undefined {
  return callsOf(answer).length === 0 ? sealOf(answer) : undefined
}

function sealOf(answer: Answer): string | undefined {
  return answer.parts.find((part) => part.type === 'reasoning')?.seal
}
