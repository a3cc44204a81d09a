import { type JsonObject, parseJson } from '../../canonical/json.js'
import { asObject } from '../../canonical/narrow.js'
import type { UpstreamCounting } from '../../protocols/protocol.js'
import type { Call } from '../call.js'
import type { ClientProtocol } from '../client-protocol.js'
import type { Core } from '../core.js'
import type { GatewayRequest } from '../http/http.js'
import { setMembers } from '../http/json-text.js'
import type { ReadBody } from '../http/read-body.js'
import { passesThrough, translateForVendor } from '../reply/exchange.js'
import type { Leg } from '../send/resolve.js'
import { reportAttempt } from '../send/report-attempt.js'
import { composeHeaders } from '../send/send.js'

/** A client waits for the number before it begins its real work; an estimate is worth more than a late count. */
const PATIENCE_MS = 5000
const MAX_ANSWER_BYTES = 64 * 1024

/** A question as it came, and whom to ask. */
export interface Question {
  readonly client: ClientProtocol
  readonly request: GatewayRequest
  readonly body: ReadBody
  /** The body with what only a request must have. */
  readonly json: JsonObject
  readonly leg: Leg
  /** The same with what was said before it, where it refers to that; null = it is whole as it came. */
  readonly prepared: ReadBody | null
}

interface Asked {
  readonly body: string
  readonly headers: Readonly<Record<string, string>> | null
  readonly clientHeaders: GatewayRequest['headers'] | null
}

/** The vendor's count; null when it has none, refuses or fails. Throws GatewayError for a request that is wrong. */
export async function askVendor(core: Core, call: Call, question: Question): Promise<number | null> {
  const { protocol, connection, target } = question.leg
  const { counting } = protocol.upstream
  if (counting === undefined) return null
  const { body, ...headers } = await writeQuestion(core, call, question, counting)
  const { headTimeoutMs, idleTimeoutMs } = core.settings
  try {
    const response = await core.transport({
      method: 'POST',
      url: connection.baseUrl + counting.endpoint(target.model),
      headers: composeHeaders(connection, headers, reportAttempt(core, call, question.leg)),
      body,
      signal: call.signal,
      headTimeoutMs: atMost(PATIENCE_MS, headTimeoutMs),
      idleTimeoutMs: atMost(PATIENCE_MS, idleTimeoutMs),
    })
    const answer = asObject(parseJson(await response.text(MAX_ANSWER_BYTES)))
    const isAnswer = answer !== undefined && response.status >= 200 && response.status < 300
    return isAnswer ? (counting.readCount(answer) ?? null) : null
  } catch {
    return null
  }
}

async function writeQuestion(
  core: Core,
  call: Call,
  { client, request, body, json, leg, prepared }: Question,
  counting: UpstreamCounting,
): Promise<Asked> {
  const { target, protocol } = leg
  if (passesThrough(client, leg, json)) {
    const { value: kept } = client.client.dropForeignState((prepared ?? body).json, target)
    const edits = { ...kept, model: target.model }
    const text =
      prepared === null
        ? setMembers(body.source, body.json, edits)
        : JSON.stringify(counting.encodeQuestion({ ...prepared.json, ...edits }, target.model))
    return { body: text, headers: null, clientHeaders: request.headers }
  }
  const { value } = await translateForVendor(core, call, {
    client,
    body: prepared ?? { json },
    leg,
    maxOutputTokens: undefined,
  })
  const asked = counting.encodeQuestion(value, target.model)
  const headers = protocol.upstream.bodyHeaders?.(value) ?? null
  return { body: JSON.stringify(asked), headers, clientHeaders: null }
}

/** Zero is no limit. */
function atMost(limitMs: number, configuredMs: number): number {
  return configuredMs === 0 ? limitMs : Math.min(limitMs, configuredMs)
}
