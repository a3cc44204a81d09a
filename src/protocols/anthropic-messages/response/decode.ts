import type { AssistantPart } from '../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asArray, asObject, asString } from '../../../canonical/narrow.js'
import type { CanonicalResponse, Finish } from '../../../canonical/response.js'
import { completeUsage } from '../../../canonical/usage.js'
import type { DecodeContext, Translated } from '../../protocol.js'
import { decodeAssistantBlock, type ReadState } from '../request/decode-content.js'
import { ANSWER_TOOL } from '../request/encode-format.js'
import { PROTOCOL } from '../wire/index.js'
import { readUsage } from '../wire/usage.js'
import { collectWarnings, type Warn } from '../wire/warn.js'
import { decodeFinish, isCutting } from './finish.js'
import { decodeTier } from './usage.js'

const KNOWN = new Set([
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'stop_details',
  'usage',
  'input_transformations',
])

/** Decodes a vendor's whole answer. */
export function decodeResponse(body: JsonObject, context: DecodeContext): Translated<CanonicalResponse> {
  const { warnings, warn } = collectWarnings()
  const readState = nativeState(context)
  const content: AssistantPart[] = []
  for (const [index, value] of asArray(body.content).entries()) {
    const block = asObject(value)
    const path = `content[${index}]`
    const part = block === undefined ? null : decodeAssistantBlock(block, path, { warn, readState })
    if (part !== null) content.push(fromAnswerTool(withoutPath(part)))
  }
  warnOfTransformations(body.input_transformations, warn)
  const usage = asObject(body.usage)
  const serviceTier = decodeTier(asString(usage?.service_tier))
  const finish = finishOf(body, content)
  const extra = Object.entries(body).filter(([key, field]) => !KNOWN.has(key) && field !== null)
  return {
    value: {
      id: asString(body.id) ?? '',
      model: asString(body.model) ?? '',
      content: isCutting(finish) ? markCut(content) : content,
      finish,
      usage: usage === undefined ? null : completeUsage(readUsage(usage)),
      ...(serviceTier === undefined ? {} : { serviceTier }),
      ...(extra.length === 0 ? {} : { extensions: { [PROTOCOL]: Object.fromEntries(extra) } }),
    },
    warnings,
  }
}

/** State of this vendor's family, as it came. */
export function nativeState({ target }: DecodeContext): ReadState {
  return (data, kind) => ({ family: target.family, kind, data })
}

/** Reports thinking that the vendor left out of the conversation that it was sent. */
export function warnOfTransformations(value: JsonValue | undefined, warn: Warn): void {
  for (const item of asArray(value)) {
    const transformation = asObject(item)
    if (transformation === undefined) continue
    const reason = asString(transformation.reason) ?? 'unknown'
    warn('dropped', asString(transformation.path) ?? 'messages', `The vendor left out thinking: ${reason}.`)
  }
}

/** A last call without arguments was cut before the first of them: whole, it would be called with none. */
function markCut(content: readonly AssistantPart[]): readonly AssistantPart[] {
  const last = content.at(-1)
  if (last?.type !== 'tool-call' || last.input !== '') return content
  return [...content.slice(0, -1), { ...last, status: 'incomplete' }]
}

/** An answer given by that tool is no tool call. */
function finishOf(body: JsonObject, content: readonly AssistantPart[]): Finish {
  const finish = decodeFinish(body)
  const isAnswer = finish.reason === 'tool-calls' && asArray(body.content).some(isAnswerCall)
  return isAnswer && !content.some(({ type }) => type === 'tool-call')
    ? { ...finish, reason: 'stop' }
    : finish
}

function isAnswerCall(value: JsonValue): boolean {
  return asObject(value)?.name === ANSWER_TOOL
}

/** Paths name what a client sent. */
function withoutPath(part: AssistantPart): AssistantPart {
  const { path: _, ...rest } = part
  return rest
}

/** A call of the tool that stands in for structured output is the answer's text. */
function fromAnswerTool(part: AssistantPart): AssistantPart {
  if (part.type !== 'tool-call' || part.name !== ANSWER_TOOL) return part
  return { type: 'text', text: part.input === '' ? '{}' : part.input }
}
