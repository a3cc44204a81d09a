import type { JsonObject } from '../../../canonical/json.js'
import { fieldPath } from '../../protocol.js'
import { inputText } from './decode-content.js'
import { sanitizeSchema } from './schema.js'
import type { Scope } from './scope.js'

/** Tool by which a model without structured output is made to answer in a schema. Its calls are the answer's text. */
export const ANSWER_TOOL = 'gateway_structured_answer'

/** How the answer's form is asked for. */
export interface EncodedFormat {
  /** `output_config.format`. */
  readonly format?: JsonObject | undefined
  /** A tool that the model must call. */
  readonly tool?: JsonObject | undefined
  /** An instruction, where nothing else can be said. */
  readonly reminder?: string | undefined
}

const PATH = fieldPath('responseFormat')
const JSON_ONLY = 'Answer with one JSON value only: no Markdown fence and no other text.'

/** Encodes the response format. `hasTools`: the client has tools of its own, which a forced one would shut out. */
export function encodeFormat(scope: Scope, hasTools: boolean): EncodedFormat {
  const { request, target, warn } = scope
  const { responseFormat } = request
  if (responseFormat === undefined || responseFormat.type === 'text') return {}
  if (responseFormat.type === 'json') {
    warn('emulated', PATH, 'The vendor has no plain JSON mode; the model is asked for JSON in words.')
    return { reminder: JSON_ONLY }
  }
  const { description } = responseFormat
  const schema =
    description === undefined || responseFormat.schema.description !== undefined
      ? responseFormat.schema
      : { ...responseFormat.schema, description }
  const sanitized = target.traits.jsonSchemaOutput === false ? null : sanitizeSchema(schema)
  if (sanitized !== null) {
    if (sanitized.relaxed) {
      warn('emulated', PATH, 'Limits of the schema that the vendor cannot hold stand in its descriptions.')
    }
    return { format: { type: 'json_schema', schema: sanitized.schema } }
  }
  return emulate(schema, hasTools, scope)
}

function emulate(schema: JsonObject, hasTools: boolean, { target, warn, request }: Scope): EncodedFormat {
  const isObject = schema.type === 'object'
  const canForce = target.traits.forcedToolChoice !== false && !hasTools && isObject
  if (canForce && (request.reasoning === undefined || request.reasoning.effort === 'none')) {
    warn('emulated', PATH, 'The vendor cannot hold this schema; a forced tool call stands in for it.')
    return {
      tool: { name: ANSWER_TOOL, description: 'Gives the final answer to the user.', input_schema: schema },
    }
  }
  warn('emulated', PATH, 'The vendor cannot hold this schema; the model is asked for it in words.', true)
  const text = inputText(schema)
  const rule = text === null ? '' : ` It must be valid by this JSON Schema:\n${text}`
  return { reminder: JSON_ONLY + rule }
}
