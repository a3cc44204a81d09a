import type { JsonObject } from '../../../../canonical/json.js'
import { asArray } from '../../../../canonical/narrow.js'
import type { CanonicalRequest } from '../../../../canonical/request.js'
import type { Warning } from '../../../../canonical/warning.js'
import type { CodecContext, Translated } from '../../../protocol.js'
import { PROTOCOL } from '../../vocabulary.js'
import { asksForOldCall } from '../../response/old-call.js'
import { inspectRequest } from '../inspect.js'
import { createFields, toExtensions } from './fields.js'
import { decodeMessages } from './messages.js'
import type { Decoding } from './reasoning.js'
import { decodeSettings } from './settings.js'
import { decodeTools, decodeToolChoice } from './tools.js'

const OWN_FIELDS = ['model', 'messages', 'stream']

/** Reads a Chat request, in OpenAI's form or in the forms that clients confuse with it. */
export function decodeRequest(body: JsonObject, context: CodecContext): Translated<CanonicalRequest> {
  const { model, stream } = inspectRequest(body)
  const warnings: Warning[] = []
  const decoding: Decoding = { context, warnings }
  const fields = createFields(body)
  for (const field of OWN_FIELDS) fields.take(field, () => true)
  const streamOptions = fields.takeObject('stream_options', ['include_usage'])
  const tools = decodeTools(fields)
  const value: CanonicalRequest = {
    model,
    stream,
    messages: decodeMessages(asArray(body['messages']), decoding),
    ...(tools === undefined ? {} : { tools }),
    ...decodeToolChoice(fields, asksForOldCall(body)),
    ...decodeSettings(fields),
    ...(streamOptions?.['include_usage'] === true ? { includeUsage: true } : {}),
    ...toExtensions(PROTOCOL, fields.rest()),
  }
  return { value, warnings }
}
