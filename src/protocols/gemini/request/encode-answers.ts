import type { AssistantPart, ReasoningPart, ToolCallPart } from '../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import type { OpaqueState } from '../../../canonical/state.js'
import { GEMINI } from '../vocabulary.js'
import { toArguments } from '../wire/arguments.js'
import { encodeSource } from './encode-media.js'
import type { Encoding } from './encoding.js'

/** A wire part that can still get its signature. */
type MutablePart = Record<string, JsonValue | undefined>

/** A call of a model turn. */
export interface EncodedCall {
  readonly id: string
  readonly name: string
  readonly path: string | undefined
  readonly part: MutablePart
}

/** The parts of a model turn, and the calls among them. */
export interface EncodedAnswer {
  readonly parts: readonly JsonObject[]
  readonly calls: readonly EncodedCall[]
}

/** Encodes all that the model said in one turn. */
export function encodeAnswer(content: readonly AssistantPart[], encoding: Encoding): EncodedAnswer {
  const carried = bindSignatures(content, encoding)
  const parts: JsonObject[] = []
  const calls: EncodedCall[] = []
  for (const part of content) {
    if (part.type === 'tool-call') {
      const call = encodeCall(part, carried.get(part) ?? signatureOf(part.state, encoding), encoding)
      calls.push(call)
      parts.push(call.part)
    } else if (part.type === 'reasoning') {
      const encoded = encodeReasoning(part, carried.has(part), encoding)
      if (encoded !== null) parts.push(encoded)
    } else {
      const encoded = encodeOther(part, encoding)
      if (encoded !== null) parts.push(encoded)
    }
  }
  return { parts, calls }
}

/**
 * Signatures that came back on a reasoning block, because the client's protocol has no place for them on a call.
 * They go to the call that they name, else to the next one. Holds the calls with what they get, and the blocks.
 */
function bindSignatures(
  content: readonly AssistantPart[],
  encoding: Encoding,
): ReadonlyMap<AssistantPart, string> {
  const carried = new Map<AssistantPart, string>()
  const calls = content.filter((part): part is ToolCallPart => part.type === 'tool-call')
  const byId = new Map(calls.map((call) => [call.id, call]))
  const free = (part: AssistantPart): part is ToolCallPart =>
    part.type === 'tool-call' && part.state === undefined && !carried.has(part)
  for (const [at, part] of content.entries()) {
    if (part.type !== 'reasoning') continue
    const tool = part.state?.binding?.tool
    const signature = signatureOf(part.state, encoding)
    if (tool === undefined || signature === undefined) continue
    const named = byId.get(tool)
    const call =
      named !== undefined && free(named) ? named : content.find((other, place) => place > at && free(other))
    if (call === undefined) continue
    carried.set(call, signature)
    carried.set(part, signature)
  }
  return carried
}

/** A signature of the family that this vendor reads. */
function signatureOf(state: OpaqueState | undefined, { target }: Encoding): string | undefined {
  if (state === undefined || state.kind !== 'thought-signature' || state.family !== target.family)
    return undefined
  return typeof state.data === 'string' ? state.data : undefined
}

function encodeCall(part: ToolCallPart, signature: string | undefined, encoding: Encoding): EncodedCall {
  const { args, repaired } = toArguments(part.kind, part.input)
  if (repaired) {
    encoding.warnings.push({
      code: 'repaired',
      path: part.path ?? part.type,
      message: 'Arguments that are no JSON object were made one.',
      semantic: false,
    })
  }
  const wire: MutablePart = { functionCall: { id: part.id, name: part.name, args } }
  if (signature !== undefined) wire['thoughtSignature'] = signature
  return { id: part.id, name: part.name, path: part.path, part: wire }
}

function encodeReasoning(part: ReasoningPart, carried: boolean, encoding: Encoding): JsonObject | null {
  const signature = carried ? undefined : signatureOf(part.state, encoding)
  if (part.state !== undefined && !carried && signature === undefined) {
    encoding.warnings.push({
      code: 'dropped',
      path: part.path ?? part.type,
      message: 'Reasoning state of another vendor is not sent to this one.',
      semantic: false,
    })
    return null
  }
  if (signature !== undefined) return { text: part.text, thought: true, thoughtSignature: signature }
  return part.text === '' ? null : { text: part.text, thought: true }
}

type OtherPart = Exclude<AssistantPart, ToolCallPart | ReasoningPart>

function encodeOther(part: OtherPart, encoding: Encoding): JsonObject | null {
  switch (part.type) {
    case 'text': {
      const signature = signatureOf(part.state, encoding)
      if (signature !== undefined) return { text: part.text, thoughtSignature: signature }
      return part.text === '' ? null : { text: part.text }
    }
    case 'refusal':
      return part.text === '' ? null : { text: part.text }
    case 'generated-image': {
      // History is not refused for a picture that the vendor cannot fetch: it was the model's own.
      if (part.source.type === 'base64' || (part.source.type === 'file' && part.source.protocol === GEMINI)) {
        const media = encodeSource(part.source, { type: 'image', path: part.path }, encoding)
        const signature = signatureOf(part.state, encoding)
        return signature === undefined ? media : { ...media, thoughtSignature: signature }
      }
      return lose(part, encoding)
    }
    case 'generated-audio':
      return part.transcript === undefined || part.transcript === ''
        ? lose(part, encoding)
        : { text: part.transcript }
    case 'provider':
      return part.protocol === GEMINI ? part.value : lose(part, encoding)
  }
}

function lose(part: OtherPart, encoding: Encoding): null {
  encoding.warnings.push({
    code: 'dropped',
    path: part.path ?? part.type,
    message: `A ${part.type} part of an earlier answer has no equivalent in Gemini.`,
    semantic: true,
  })
  return null
}
