import { isJsonObject, type JsonObject, parseJson } from '../../../canonical/json.js'
import { asText } from '../../../canonical/narrow.js'
import type { AnswerCollector, Continuation } from '../../protocol.js'
import { firstCandidate, type WireCandidate } from './index.js'

const UNFINISHED = 'CONTINUATION'
const NOTABLE = /CONTINUATION|continuationToken/

/** A long answer comes in several: the same request with the token of the last one goes on where that was cut. */
export const continuation: Continuation = {
  seamless: true,
  endPath: 'candidates[0].finishReason',
  continueRequest(request, answer) {
    const candidate = firstCandidate(answer)
    const token = asText(candidate?.continuationToken)
    return candidate?.finishReason === UNFINISHED && token !== undefined
      ? { ...request, continuationToken: token }
      : null
  },
  createCollector,
}

function createCollector(): AnswerCollector {
  let last: JsonObject = {}
  return {
    push({ data }) {
      if (!NOTABLE.test(data)) return
      const parsed = parseJson(data)
      const response: unknown = Array.isArray(parsed) ? parsed[0] : parsed
      const candidate = isJsonObject(response) ? firstCandidate(response) : undefined
      last = { ...last, ...signsOf(candidate) }
    },
    answer: () => ({ candidates: [last] }),
  }
}

function signsOf(candidate: WireCandidate | undefined): JsonObject {
  const reason = asText(candidate?.finishReason)
  const token = asText(candidate?.continuationToken)
  return {
    ...(reason === undefined ? {} : { finishReason: reason }),
    ...(token === undefined ? {} : { continuationToken: token }),
  }
}
