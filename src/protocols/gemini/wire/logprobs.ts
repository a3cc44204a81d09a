import type { TokenLogprob } from '../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asObject, asString } from '../../../canonical/narrow.js'
import { toNumber, toObjects } from './index.js'

type Chance = Omit<TokenLogprob, 'top'>

/** Reads `logprobsResult` of a candidate; `undefined` when it tells of no token. Google gives no bytes. */
export function readLogprobs(value: unknown): readonly TokenLogprob[] | undefined {
  const result = asObject(value)
  const chosen = toObjects(result?.['chosenCandidates'])
  const top = toObjects(result?.['topCandidates'])
  if (chosen.length === 0) return undefined
  return chosen.map((candidate, at) => ({
    ...readChance(candidate),
    top: toObjects(top[at]?.['candidates']).map(readChance),
  }))
}

/** Writes `logprobsResult`. */
export function writeLogprobs(logprobs: readonly TokenLogprob[]): JsonObject {
  return {
    topCandidates: logprobs.map(({ top }) => ({ candidates: top.map(writeChance) })),
    chosenCandidates: logprobs.map(writeChance),
  }
}

function readChance(candidate: JsonObject): Chance {
  return {
    token: asString(candidate['token']) ?? '',
    logprob: toNumber(candidate['logProbability']) ?? 0,
  }
}

function writeChance({ token, logprob }: Chance): Readonly<Record<string, JsonValue>> {
  return { token, logProbability: logprob }
}
