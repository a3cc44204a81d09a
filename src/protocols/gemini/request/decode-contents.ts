import type {
  AssistantPart,
  AudioPart,
  DocumentPart,
  ImagePart,
  ProviderPart,
  ToolResultPart,
  UserPart,
  VideoPart,
} from '../../../canonical/content.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asObject, asString, asText } from '../../../canonical/narrow.js'
import type { Message } from '../../../canonical/request.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { Warning } from '../../../canonical/warning.js'
import { GatewayError } from '../../../errors.js'
import type { CodecContext } from '../../protocol.js'
import { fileSource, GEMINI, isYoutube, NATIVE_FAMILY } from '../vocabulary.js'
import { toObjects, camelKeys } from '../wire/index.js'

interface Decoding {
  readonly context: CodecContext
  readonly warnings: Warning[]
  /** Calls that no result has answered, oldest first: results of old clients name only the function. */
  readonly unanswered: { readonly id: string; readonly name: string }[]
}

/** Decodes `systemInstruction`: a content, its parts or a string. */
export function decodeInstruction(value: JsonValue | undefined): readonly Message[] {
  const parts = typeof value === 'string' ? [{ text: value }] : toObjects(asObject(value)?.['parts'])
  const content = parts.flatMap((part, at) => {
    const text = asText(part['text'])
    return text === undefined ? [] : { type: 'text' as const, text, path: `systemInstruction.parts[${at}]` }
  })
  return content.length === 0 ? [] : [{ role: 'system', topLevel: true, content, path: 'systemInstruction' }]
}

/** Decodes `contents`; throws GatewayError `invalid_messages` when there are none. */
export function decodeContents(
  value: JsonValue | undefined,
  context: CodecContext,
  warnings: Warning[],
): readonly Message[] {
  const contents = isJsonObject(value) ? [value] : value
  if (!Array.isArray(contents) || contents.length === 0) {
    throw new GatewayError('invalid_messages', 'contents must be a list with at least one content.', {
      param: 'contents',
    })
  }
  const decoding: Decoding = { context, warnings, unanswered: [] }
  return contents.map((content: JsonValue, at) => {
    const path = `contents[${at}]`
    if (!isJsonObject(content)) {
      throw new GatewayError('invalid_messages', `${path} must be an object.`, { param: path })
    }
    const parts = toObjects(content['parts']).map((part, index) => ({
      part: camelKeys(part),
      path: `${path}.parts[${index}]`,
    }))
    return content['role'] === 'model'
      ? { role: 'assistant', content: parts.flatMap((entry) => decodeModelPart(entry, decoding)), path }
      : { role: 'user', content: parts.flatMap((entry) => decodeUserPart(entry, decoding)), path }
  })
}

interface Entry {
  readonly part: JsonObject
  readonly path: string
}

/** The one data field of a part; a part with more than that is kept whole. */
function dataField(part: JsonObject): string | undefined {
  let field: string | undefined
  for (const [name, value] of Object.entries(part)) {
    if (name === 'thought' || name === 'thoughtSignature' || value === undefined || value === null) continue
    if (field !== undefined) return undefined
    field = name
  }
  return field ?? 'text'
}

function decodeUserPart({ part, path }: Entry, decoding: Decoding): readonly UserPart[] {
  switch (dataField(part)) {
    case 'text':
      return [{ type: 'text', text: asString(part['text']) ?? '', path }]
    case 'inlineData':
    case 'fileData':
      return [decodeMedia(part, path) ?? keep(part, path)]
    case 'functionResponse':
      return [decodeResult(camelKeys(asObject(part['functionResponse']) ?? {}), path, decoding)]
    default:
      return [keep(part, path)]
  }
}

function decodeModelPart({ part, path }: Entry, decoding: Decoding): readonly AssistantPart[] {
  const opened = openState(part, path, decoding)
  const state = opened === undefined || opened === 'tampered' ? {} : { state: opened }
  switch (dataField(part)) {
    case 'text': {
      const text = asString(part['text']) ?? ''
      if (part['thought'] !== true) return [{ type: 'text', text, ...state, path }]
      return opened === 'tampered' ? [] : [{ type: 'reasoning', text, ...state, path }]
    }
    case 'functionCall':
      return [decodeCall(camelKeys(asObject(part['functionCall']) ?? {}), { state, path, decoding })]
    case 'inlineData':
      return [decodeGenerated(part, path, state) ?? keep(part, path)]
    default:
      return [keep(part, path)]
  }
}

function keep(part: JsonObject, path: string): ProviderPart {
  const kind = Object.keys(part).find((name) => name !== 'thought' && name !== 'thoughtSignature')
  return { type: 'provider', protocol: GEMINI, kind: kind ?? 'part', value: part, path }
}

function openState(part: JsonObject, path: string, decoding: Decoding): OpaqueState | 'tampered' | undefined {
  const signature = asText(part['thoughtSignature'])
  if (signature === undefined) return undefined
  const opened = decoding.context.open(signature)
  switch (opened.status) {
    case 'ours':
      return opened.state
    case 'foreign':
      return { family: NATIVE_FAMILY, kind: 'thought-signature', data: signature }
    case 'tampered':
      decoding.warnings.push({
        code: 'dropped',
        path: `${path}.thoughtSignature`,
        message: 'The reasoning state was altered on its way and is not sent on.',
        semantic: true,
      })
      return 'tampered'
  }
}

interface CallPlace {
  readonly state: { readonly state?: OpaqueState }
  readonly path: string
  readonly decoding: Decoding
}

function decodeCall(call: JsonObject, { state, path, decoding }: CallPlace): AssistantPart {
  const name = asString(call['name']) ?? ''
  const args = asObject(call['args'])
  const input = args === undefined || Object.keys(args).length === 0 ? '' : JSON.stringify(args)
  const id = asText(call['id']) ?? `call_${decoding.context.hash(`${path}\n${name}`, 24)}`
  decoding.unanswered.push({ id, name })
  return { type: 'tool-call', id, name, kind: 'function', input, ...state, path }
}

function decodeResult(response: JsonObject, path: string, decoding: Decoding): ToolResultPart {
  const name = asString(response['name']) ?? ''
  const id = asText(response['id'])
  const { unanswered } = decoding
  const at = unanswered.findIndex((call) => (id === undefined ? call.name === name : call.id === id))
  const call = at < 0 ? undefined : unanswered.splice(at, 1)[0]
  const { text, isError } = readResult(response['response'])
  const media = toObjects(response['parts']).map(
    (part) => decodeMedia(camelKeys(part), `${path}.functionResponse.parts`) ?? keep(part, path),
  )
  return {
    type: 'tool-result',
    toolCallId: id ?? call?.id ?? `call_${decoding.context.hash(`${path}\n${name}`, 24)}`,
    ...(name === '' ? {} : { toolName: name }),
    kind: 'function',
    content: [
      ...(text === '' ? [] : [{ type: 'text' as const, text }]),
      ...media.filter((part) => part.type !== 'video'),
    ],
    ...(isError ? { isError } : {}),
    ...(media.length === 0 ? { plain: true } : {}),
    path,
  }
}

/** `{output:"…"}` and `{error:"…"}` are plain words; every other response is the JSON that it is. */
function readResult(response: JsonValue | undefined): { readonly text: string; readonly isError: boolean } {
  const object = asObject(response)
  if (object === undefined)
    return { text: response === undefined ? '' : JSON.stringify(response), isError: false }
  const [key, ...others] = Object.keys(object)
  const only = key === undefined || others.length > 0 ? undefined : asString(object[key])
  if (key === 'output' && only !== undefined) return { text: only, isError: false }
  if (key === 'error' && only !== undefined) return { text: only, isError: true }
  return { text: JSON.stringify(object), isError: false }
}

type Media = ImagePart | AudioPart | VideoPart | DocumentPart

/** Media of a client; `undefined` for fields that the canonical form has no place for. */
function decodeMedia(part: JsonObject, path: string): Media | undefined {
  const inline = asObject(part['inlineData'])
  const file = asObject(part['fileData'])
  if (inline !== undefined) return decodeInline(camelKeys(inline), path)
  return file === undefined ? undefined : decodeFile(camelKeys(file), path)
}

function decodeInline(inline: JsonObject, path: string): Media | undefined {
  const { mimeType, data, displayName, ...others } = inline
  const mediaType = asText(mimeType)
  const bytes = asString(data)
  if (mediaType === undefined || bytes === undefined || Object.keys(others).length > 0) return undefined
  const source = { type: 'base64', mediaType, data: bytes } as const
  const group = mediaType.split('/', 1)[0]
  if (group !== 'image' && group !== 'audio' && group !== 'video') {
    const filename = asText(displayName)
    return { type: 'document', source, ...(filename === undefined ? {} : { filename }), path }
  }
  if (displayName !== undefined) return undefined
  if (group === 'audio') return { type: 'audio', format: mediaType.slice('audio/'.length), data: bytes, path }
  return { type: group, source, path }
}

function decodeFile(file: JsonObject, path: string): Media | undefined {
  const { mimeType, fileUri, ...others } = file
  const uri = asText(fileUri)
  const mediaType = asText(mimeType)
  if (uri === undefined || Object.keys(others).length > 0) return undefined
  const source = fileSource(uri, mediaType)
  const group = isYoutube(uri) ? 'video' : mediaType?.split('/', 1)[0]
  // Audio has no form by reference, and what has no type may be anything.
  if (group === undefined || group === 'audio') return undefined
  return { type: group === 'image' || group === 'video' ? group : 'document', source, path }
}

function decodeGenerated(
  part: JsonObject,
  path: string,
  state: { readonly state?: OpaqueState },
): AssistantPart | undefined {
  const inline = camelKeys(asObject(part['inlineData']) ?? {})
  const mediaType = asText(inline['mimeType'])
  const data = asString(inline['data'])
  if (mediaType?.startsWith('image/') !== true || data === undefined || part['thought'] === true)
    return undefined
  return { type: 'generated-image', source: { type: 'base64', mediaType, data }, ...state, path }
}
