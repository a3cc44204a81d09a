import type { JsonObject } from '../../canonical/json.js'
import { asCount, asObject } from '../../canonical/narrow.js'
import type { ClientWire, EmbeddingsWire, Observation, RequestFacts, UpstreamWire } from '../protocol.js'
import { createRequestChecks, isGiven } from '../request-checks.js'
import { readError } from './error/index.js'
import { namesOf } from './stream/observe.js'

const checks = createRequestChecks()

/** `POST /v1/embeddings`, whose requests and answers have no canonical form: made of the faces of Chat. */
export function createEmbeddings(client: ClientWire, upstream: UpstreamWire): EmbeddingsWire {
  return {
    client: {
      ...client,
      borrowed: undefined,
      isPlain: undefined,
      fallbackFields: new Set(['dimensions', 'encoding_format']),
      inspectRequest,
      routeRequest: (_facts, _body, { target }) => ({ model: target.model }),
      dropForeignState: () => ({ value: {}, warnings: [] }),
    },
    upstream: { ...upstream, endpoint: () => '/embeddings', observeResponse, responseText: () => '' },
  }
}

function inspectRequest(body: JsonObject): RequestFacts {
  const model = checks.model(body)
  const { input, user } = body
  if (!isGiven(input)) throw checks.missing('input')
  if (typeof input !== 'string' && !Array.isArray(input))
    throw checks.invalid('input', 'a string or an array')
  if (isGiven(user) && typeof user !== 'string') throw checks.invalid('user', 'a string')
  return {
    model,
    stream: false,
    maxOutputTokens: 0,
    candidateCount: 1,
    endUser: typeof user === 'string' && user !== '' ? user : undefined,
    session: undefined,
    hideUsage: false,
  }
}

/** There is no output to pay for; a vendor that names no usage is paid by our own count of the input. */
function observeResponse(body: JsonObject): Observation {
  if (!Array.isArray(body['data'])) {
    const isError = body['error'] !== undefined || body['base_resp'] !== undefined
    if (isError) return { error: readError(body) }
    return { error: { kind: 'garbage', message: 'The vendor answered with something that is no embedding.' } }
  }
  const usage = asObject(body['usage'])
  const inputTokens = asCount(usage?.['prompt_tokens']) ?? asCount(usage?.['total_tokens'])
  return {
    ...namesOf(body),
    usage: { ...(inputTokens === undefined ? {} : { inputTokens }), outputTokens: 0 },
    finished: true,
  }
}
