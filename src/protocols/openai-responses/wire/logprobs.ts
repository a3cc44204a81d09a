import type { TokenLogprob } from '../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asArray, asNumber, asObjects, asString } from '../../../canonical/narrow.js'

type Chance = Omit<TokenLogprob, 'top'>

const encoder = new TextEncoder()

/** Reads `logprobs` of a text or of a piece of it; `undefined` for none. */
export function readLogprobs(value: JsonValue | undefined): readonly TokenLogprob[] | undefined {
  if (asArray(value).length === 0) return undefined
  return asObjects(value).map((wire) => ({
    ...readChance(wire),
    top: asObjects(wire.top_logprobs).map(readChance),
  }))
}

/** Writes `logprobs`. */
export function writeLogprobs(logprobs: readonly TokenLogprob[]): readonly JsonObject[] {
  return logprobs.map(({ top, ...token }) => ({
    ...writeChance(token),
    top_logprobs: top.map(writeChance),
  }))
}

function readChance(wire: JsonObject): Chance {
  const bytes = asArray(wire.bytes).filter((byte) => typeof byte === 'number')
  return {
    token: asString(wire.token) ?? '',
    logprob: asNumber(wire.logprob) ?? 0,
    ...(Array.isArray(wire.bytes) ? { bytes } : {}),
  }
}

/** The bytes are required here; of a vendor that does not name them they are those of the token. */
function writeChance({ token, logprob, bytes }: Chance): JsonObject {
  return { token, logprob, bytes: bytes ?? [...encoder.encode(token)] }
}
