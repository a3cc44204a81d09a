import type { JsonObject } from '../../../canonical/json.js'
import { asString, asText } from '../../../canonical/narrow.js'
import type { CanonicalRequest, ToolDefinition } from '../../../canonical/request.js'
import type { Warning } from '../../../canonical/warning.js'
import type { CodecContext, Translated } from '../../protocol.js'
import { GEMINI } from '../vocabulary.js'
import { camelKeys, omit } from '../wire/index.js'
import { decodeContents, decodeInstruction } from './decode-contents.js'
import { decodeGeneration } from './decode-generation.js'
import { decodeToolConfig, decodeTools } from './decode-tools.js'

const READ_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
])

/**
 * Decodes a `generateContent` request. Model and streaming stand in Gemini's URL: a body may hold them as `model`
 * and `stream`. Throws GatewayError `invalid_messages` for contents that are none.
 */
export function decodeRequest(body: JsonObject, context: CodecContext): Translated<CanonicalRequest> {
  const warnings: Warning[] = []
  const wire = camelKeys(body)
  const generation = decodeGeneration(wire['generationConfig'])
  const config = decodeToolConfig(wire['toolConfig'])
  const tools = decodeTools(wire['tools'])
  const serviceTier = asText(wire['serviceTier'])
  const extension = {
    ...omit(wire, READ_FIELDS),
    ...(generation.rest === undefined ? {} : { generationConfig: generation.rest }),
    ...(config.rest === undefined ? {} : { toolConfig: config.rest }),
  }
  const value: CanonicalRequest = {
    model: asString(wire['model']) ?? '',
    stream: wire['stream'] === true,
    messages: [
      ...decodeInstruction(wire['systemInstruction']),
      ...decodeContents(wire['contents'], context, warnings),
    ],
    ...(tools.length === 0 ? {} : { tools: config.strict ? tools.map(toStrict) : tools }),
    ...(config.choice === undefined ? {} : { toolChoice: config.choice }),
    ...generation.settings,
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(Object.keys(extension).length === 0 ? {} : { extensions: { [GEMINI]: extension } }),
  }
  return { value, warnings }
}

function toStrict(tool: ToolDefinition): ToolDefinition {
  return tool.type === 'function' ? { ...tool, strict: true } : tool
}
