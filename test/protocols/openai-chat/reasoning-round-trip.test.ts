import { describe, expect, it } from 'vitest'
import type { AssistantPart, ReasoningPart } from '../../../src/canonical/content.js'
import type { JsonObject, JsonValue } from '../../../src/canonical/json.js'
import type { CanonicalResponse } from '../../../src/canonical/response.js'
import type { OpaqueState } from '../../../src/canonical/state.js'
import { unfoldResponse } from '../../../src/canonical/unfold.js'
import { openaiChat } from '../../../src/protocols/openai-chat/index.js'
import { hashText } from '../../../src/protocols/state-envelope.js'
import {
  codecContext,
  createEncodeContext,
  createTarget,
  deltasOf,
  encodeStream,
  translate,
} from './support.js'

function reasoning(text: string, state: OpaqueState, more: Partial<ReasoningPart> = {}): ReasoningPart {
  return { type: 'reasoning', text, state, ...more }
}

const CLAUDE: OpaqueState = { family: 'anthropic', kind: 'signature', data: 'sig-1' }
const REDACTED: OpaqueState = { family: 'anthropic', kind: 'redacted', data: 'blob' }
const OPENAI: OpaqueState = {
  family: 'openai',
  kind: 'encrypted',
  data: 'enc',
  itemId: 'rs_1',
  binding: { lengths: [3, 4] },
}
const VERTEX: OpaqueState = { family: 'google-vertex', kind: 'thought-signature', data: 'v' }

function answer(content: readonly AssistantPart[]): CanonicalResponse {
  return { id: 'x', model: 'm', content, finish: { reason: 'stop' }, usage: null }
}

/** The message that a client sends back after a whole answer. */
function echoWhole(content: readonly AssistantPart[]): JsonObject {
  const { value } = openaiChat.encodeResponse(answer(content), createEncodeContext())
  const [choice] = value['choices'] as readonly JsonObject[]
  return choice?.['message'] as JsonObject
}

/** What a client sends back after a stream: strings joined, details joined by index, calls by theirs. */
function echoStream(content: readonly AssistantPart[]): JsonObject {
  const deltas = deltasOf(encodeStream(unfoldResponse(answer(content))))
  const joined = (field: string): string => deltas.map((delta) => textOf(delta[field])).join('')
  const calls = listsOf(deltas, 'tool_calls')
  const heads = calls.filter((fragment) => fragment['id'] !== undefined)
  return {
    role: 'assistant',
    content: joined('content'),
    reasoning_content: joined('reasoning_content'),
    reasoning_details: joinDetails(listsOf(deltas, 'reasoning_details')),
    ...(heads.length === 0 ? {} : { tool_calls: heads.map((head) => joinCall(head, calls)) }),
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function listsOf(deltas: readonly JsonObject[], field: string): readonly JsonObject[] {
  return deltas.flatMap((delta) => (delta[field] ?? []) as readonly JsonObject[])
}

function joinCall(head: JsonObject, fragments: readonly JsonObject[]): JsonObject {
  const inner = fragments
    .filter((fragment) => fragment['index'] === head['index'])
    .map((fragment) => fragment['function'] as JsonObject)
  return {
    ...head,
    function: { ...inner[0], arguments: inner.map((piece) => textOf(piece['arguments'])).join('') },
  }
}

function joinDetails(details: readonly JsonObject[]): readonly JsonObject[] {
  const groups = new Map<string, JsonObject>()
  for (const detail of details) {
    const key = JSON.stringify([detail['type'], detail['index'], detail['id']])
    const earlier = groups.get(key)
    const text = textOf(earlier?.['text']) + textOf(detail['text'])
    groups.set(key, { ...earlier, ...detail, ...(text === '' ? {} : { text }) })
  }
  return [...groups.values()]
}

function decodeEcho(message: JsonObject): { parts: readonly AssistantPart[]; warnings: number } {
  const { value, warnings } = openaiChat.decodeRequest(
    { model: 'm', messages: [{ role: 'user', content: 'x' }, message] },
    codecContext,
  )
  const assistant = value.messages[1]
  const parts = assistant?.role === 'assistant' ? assistant.content : []
  return { parts: parts.map(({ path: _path, ...part }) => part as AssistantPart), warnings: warnings.length }
}

const TEXT: AssistantPart = { type: 'text', text: 'Hi' }
const CALL: AssistantPart = { type: 'tool-call', id: 'call_1', name: 'f', kind: 'function', input: '{}' }

describe('case 15: reasoning state survives a Chat client', () => {
  const sealedVertex = { ...VERTEX, textHash: hashText('Hm.') }
  it.each<[string, readonly AssistantPart[], (readonly AssistantPart[])?]>([
    ['Claude’s signature', [reasoning('Hm.', CLAUDE), TEXT]],
    ['Claude’s signature without visible text', [reasoning('', CLAUDE), CALL]],
    ['redacted thinking', [reasoning('', REDACTED, { redacted: true }), TEXT]],
    [
      'two blocks of Claude',
      [reasoning('One.', CLAUDE), reasoning('Two.', { ...CLAUDE, data: 'sig-2' }), TEXT],
    ],
    [
      'OpenAI’s encrypted reasoning without a summary',
      [
        reasoning(
          '',
          { family: 'openai', kind: 'encrypted', data: 'enc', itemId: 'rs_1' },
          { itemId: 'rs_1' },
        ),
        CALL,
      ],
    ],
    [
      'Google’s signature on a call',
      [{ ...CALL, state: { family: 'google-ai', kind: 'thought-signature', data: 'g' } }],
    ],
    ['Vertex’s signature on a call, sealed', [{ ...CALL, state: VERTEX }]],
    [
      'a family without a format, sealed',
      [reasoning('Hm.', VERTEX), TEXT],
      [reasoning('Hm.', sealedVertex), TEXT],
    ],
    [
      'case 11: the order of interleaved thinking',
      [reasoning('One.', CLAUDE), CALL, reasoning('Two.', { ...CLAUDE, data: 'sig-2' }), TEXT],
    ],
  ])('%s, whole and streamed', (_name, sent, expected = sent) => {
    expect(decodeEcho(echoWhole(sent))).toEqual({ parts: expected, warnings: 0 })
    expect(decodeEcho(echoStream(sent))).toEqual({ parts: expected, warnings: 0 })
  })

  it('cuts OpenAI’s summary where it was cut', () => {
    const part = reasoning('abc\n\ndefg', OPENAI, { itemId: 'rs_1' })
    expect(echoWhole([part, TEXT])['reasoning_details']).toEqual([
      { type: 'reasoning.summary', summary: 'abc', id: 'rs_1', format: 'openai-responses-v1', index: 0 },
      { type: 'reasoning.summary', summary: 'defg', id: 'rs_1', format: 'openai-responses-v1', index: 0 },
      { type: 'reasoning.encrypted', data: 'enc', format: 'openai-responses-v1', index: 0, id: 'rs_1' },
    ])
    expect(decodeEcho(echoWhole([part, TEXT])).parts).toEqual([part, TEXT])
  })

  it('case 13: text and signature come back unchanged, byte for byte', () => {
    const text = 'Ünïcödé 🦄\n\t"quoted" \\ and \u2028 more'
    const { parts } = decodeEcho(echoStream([reasoning(text, { ...CLAUDE, data: 'EqQB+/==' }), TEXT]))
    expect(parts[0]).toEqual(reasoning(text, { ...CLAUDE, data: 'EqQB+/==' }))
  })

  it('case 18: drops an altered envelope with a warning', () => {
    const message = echoWhole([reasoning('Hm.', VERTEX), TEXT])
    const altered = JSON.parse(JSON.stringify(message).replace('gw1.k1.e', 'gw1.k1.f')) as JsonObject
    expect(decodeEcho(altered)).toEqual({ parts: [{ type: 'reasoning', text: 'Hm.' }, TEXT], warnings: 1 })
  })

  it('falls back to the usual order when the client edited the text', () => {
    const message = echoWhole([
      reasoning('One.', CLAUDE),
      CALL,
      reasoning('Two.', { ...CLAUDE, data: 'sig-2' }),
      TEXT,
    ])
    const types = decodeEcho({ ...message, content: 'Edited' }).parts.map((part) => part.type)
    expect(types).toEqual(['reasoning', 'reasoning', 'text', 'tool-call'])
  })

  it('takes plain reasoning without state from clients that carry nothing else', () => {
    expect(decodeEcho({ role: 'assistant', reasoning_content: 'Hm.', content: 'Hi' }).parts).toEqual([
      { type: 'reasoning', text: 'Hm.', raw: true },
      TEXT,
    ])
  })
})

describe('a vendor that must be told to read earlier reasoning', () => {
  const target = createTarget(
    { reasoningBack: 'reasoning_content' },
    { reasoningBackFlag: 'preserve_thinking' },
  )
  const question = { role: 'user', content: 'Again?' }
  const turn = { role: 'assistant', content: 'Yes.', reasoning_content: 'Hm.' }

  it('is told where there is some', () => {
    const body = translate({ model: 'm', messages: [turn, question] }, target)
    expect(body).toMatchObject({ preserve_thinking: true, messages: [{ reasoning_content: 'Hm.' }, {}] })
  })

  it('is told nothing where there is none', () => {
    expect(translate({ model: 'm', messages: [question] }, target)).not.toHaveProperty('preserve_thinking')
  })
})
