import type { JsonObject } from '../../../canonical/json.js'
import { asObject, asString } from '../../../canonical/narrow.js'
import type { StreamPart } from '../../../canonical/stream.js'
import { completeUsage, mergeUsage, type PartialUsage } from '../../../canonical/usage.js'
import { warnOfTransformations } from '../response/decode.js'
import { decodeTier } from '../response/usage.js'
import { readUsage } from '../wire/usage.js'
import { collectWarnings } from '../wire/warn.js'

/** What a stream says beside its content. */
export interface StreamHead {
  /** The start, once; `undefined` when the stream began without one. */
  start(message: JsonObject | undefined): readonly StreamPart[]
  usage(wire: JsonObject | undefined): readonly StreamPart[]
}

const NOTHING: readonly StreamPart[] = []

/** Creates the reader of one stream's start and usage. */
export function createStreamHead(): StreamHead {
  let isStarted = false
  let total: PartialUsage = {}
  let raw: JsonObject = {}

  const usage = (wire: JsonObject | undefined): readonly StreamPart[] => {
    if (wire === undefined) return NOTHING
    raw = { ...raw, ...withoutNulls(wire) }
    total = { ...mergeUsage(total, readUsage(wire)), raw }
    const serviceTier = decodeTier(asString(wire.service_tier))
    return [
      {
        type: 'usage',
        usage: completeUsage(total),
        ...(serviceTier === undefined ? {} : { serviceTier }),
      },
    ]
  }

  return {
    start(message) {
      if (isStarted) return NOTHING
      isStarted = true
      const { warnings, warn } = collectWarnings()
      warnOfTransformations(message?.input_transformations, warn)
      const counted = usage(asObject(message?.usage))
      return [
        {
          type: 'start',
          id: asString(message?.id) ?? '',
          model: asString(message?.model) ?? '',
          ...(counted.length === 0 ? {} : { usage: completeUsage(total) }),
        },
        ...warnings.map((warning) => ({ type: 'warning', warning }) as const),
        ...counted,
      ]
    },
    usage,
  }
}

function withoutNulls(wire: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== null))
}
