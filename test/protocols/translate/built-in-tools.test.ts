import { describe, expect, it } from 'vitest'
import {
  createStreamTranslator,
  type JsonObject,
  openaiResponses,
  parseSse,
  translateResponse,
} from '../../../src/index.js'
import { FACTS } from '../../laws/support/protocols.js'
import { readWithSdk } from '../openai-responses/support.js'
import {
  CHAT,
  GEMINI,
  MESSAGES,
  RESPONSES,
  responsesBody,
  translate,
  type Vendor,
  valueAt,
} from './support.js'

/** A built-in tool: its call and output as items, and the same as a function. */
interface BuiltIn {
  readonly type: string
  /** What the item says of the call; nulls are what a vendor writes for absent options. */
  readonly own: JsonObject
  readonly args: JsonObject
  readonly output: JsonObject
  readonly told: string
}

const BUILT_INS: readonly BuiltIn[] = [
  {
    type: 'apply_patch',
    own: { operation: { type: 'update_file', path: 'a.ts', diff: '@@\n-1\n+2\n' } },
    args: { type: 'update_file', path: 'a.ts', diff: '@@\n-1\n+2\n' },
    output: { status: 'completed', output: 'Patched.' },
    told: 'Patched.',
  },
  {
    type: 'shell',
    own: {
      action: { commands: ['ls'], timeout_ms: 500, max_output_length: null },
      environment: { type: 'local' },
    },
    args: { commands: ['ls'], timeout_ms: 500 },
    output: { output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }] },
    told: '[{"stdout":"a","stderr":"","outcome":{"type":"exit","exit_code":0}}]',
  },
  {
    type: 'local_shell',
    own: {
      action: {
        type: 'exec',
        command: ['ls', '-a'],
        env: { A: '1' },
        timeout_ms: null,
        user: null,
        working_directory: '/w',
      },
    },
    args: { command: ['ls', '-a'], env: { A: '1' }, working_directory: '/w' },
    output: { output: 'a b' },
    told: 'a b',
  },
]

const declared = (type: string, more: JsonObject = {}): JsonObject =>
  responsesBody({ tools: [{ type }], ...more })

const chatAnswer = (name: string, args: string, finish = 'tool_calls'): JsonObject => ({
  id: 'c',
  model: 'm',
  created: 1,
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name, arguments: args } }],
      },
      finish_reason: finish,
    },
  ],
})

describe.each(BUILT_INS)('the built-in tool $type', ({ type, own, args, output, told }) => {
  it.each([
    ['Chat', CHAT, ['tools', 0, 'function']],
    ['Messages', MESSAGES, ['tools', 0]],
    ['Gemini', GEMINI, ['tools', 0, 'functionDeclarations', 0]],
  ] as const)('is a function for %s, and the choice of it, too', (_name, vendor: Vendor, place) => {
    const { value, warnings } = translate(openaiResponses, vendor, declared(type, { tool_choice: { type } }))
    expect(valueAt(value, ...place)).toMatchObject({ name: type, description: expect.any(String) })
    expect(JSON.stringify(value['tool_choice'] ?? value['toolConfig'])).toContain(type)
    expect(warnings).toEqual([])
  })

  it('stays what it is for a vendor of its own protocol', () => {
    const call = { id: 'x_1', type: `${type}_call`, call_id: 'call_1', status: 'completed', ...own }
    const result = { type: `${type}_call_output`, call_id: 'call_1', ...output }
    const body = declared(type, { tool_choice: { type }, input: [call, result] })
    const { value } = translate(openaiResponses, RESPONSES, body)
    expect(value).toMatchObject({ tools: [{ type }], tool_choice: { type }, input: [call, result] })
  })

  it('turns its calls and outputs in a history into those of the function', () => {
    const input = [
      { role: 'user', content: 'Go.' },
      { id: 'x_1', type: `${type}_call`, call_id: 'call_1', status: 'completed', ...own },
      {
        type: `${type}_call_output`,
        ...(type === 'local_shell' ? { id: 'x_1' } : { call_id: 'call_1' }),
        ...output,
      },
    ]
    const { value, warnings } = translate(openaiResponses, CHAT, declared(type, { input }))
    const called = valueAt(value, 'messages', 1, 'tool_calls', 0)
    expect(called).toMatchObject({ id: 'call_1', function: { name: type } })
    expect(JSON.parse(String(valueAt(called, 'function', 'arguments')))).toEqual(args)
    expect(valueAt(value, 'messages', 2)).toMatchObject({
      role: 'tool',
      tool_call_id: 'call_1',
      content: told,
    })
    expect(warnings).toEqual([])
  })

  const reply = translate(openaiResponses, CHAT, declared(type)).reply
  const item = { type: `${type}_call`, call_id: 'call_1', status: 'completed', ...own }

  it('is called by an item of its own type in a whole answer', () => {
    const { value, warnings } = translateResponse(chatAnswer(type, JSON.stringify(args)), reply, FACTS)
    expect(value['output']).toEqual([{ id: expect.stringMatching(/^[a-z]+_\w+$/), ...item }])
    expect(warnings).toEqual([])
  })

  it('is called by the same item in a stream that a strict client accepts', async () => {
    const streamed = streamCall(type, JSON.stringify(args), 'tool_calls')
    const types = parseSse(streamed.text).map(({ event }) => event)
    expect(types).toContain('response.output_item.added')
    expect(types).not.toContain('response.function_call_arguments.delta')
    const final = await readWithSdk(streamed.text)
    expect(final['output']).toMatchObject([item])
    expect(streamed.warnings).toEqual([])
  })

  it('is called as a function by arguments that make no such call', () => {
    const { value } = translateResponse(chatAnswer(type, '{"x":1}'), reply, FACTS)
    expect(value['output']).toMatchObject([{ type: 'function_call', name: type, arguments: '{"x":1}' }])
  })

  it('is not called by arguments that the limit cut, which is told', () => {
    const whole = translateResponse(chatAnswer(type, '{"comm', 'length'), reply, FACTS)
    expect(whole.value['output']).toEqual([])
    expect(whole.warnings).toMatchObject([{ code: 'dropped', path: 'output[0]' }])
    expect(streamCall(type, '{"comm', 'length').warnings).toEqual(whole.warnings)
  })
})

/** A Chat vendor's call in pieces, as a Responses client gets it. */
function streamCall(name: string, args: string, finish: string) {
  const reply = translate(openaiResponses, CHAT, declared(name, { stream: true })).reply
  const translator = createStreamTranslator(reply, FACTS)
  const delta = (given: JsonObject, reason: string | null = null): string =>
    translator.push({
      event: undefined,
      data: JSON.stringify({
        id: 'c',
        model: 'm',
        choices: [{ index: 0, delta: given, finish_reason: reason }],
      }),
    })
  const piece = (fragment: string): JsonObject => ({
    tool_calls: [{ index: 0, function: { arguments: fragment } }],
  })
  const opened = delta({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name } }] })
  const inside = [...args].map((character) => delta(piece(character))).join('')
  const text = opened + inside + delta({}, finish) + translator.push({ event: undefined, data: '[DONE]' })
  return { text: text + translator.end(), warnings: translator.warnings }
}

describe('a built-in tool', () => {
  it('tells of a failed patch', () => {
    const input = [
      { type: 'apply_patch_call', call_id: 'c', operation: { type: 'delete_file', path: 'a' } },
      { type: 'apply_patch_call_output', call_id: 'c', status: 'failed', output: 'No such file' },
    ]
    const { value } = translate(openaiResponses, MESSAGES, responsesBody({ input }))
    expect(JSON.stringify(value)).toContain('"is_error":true')
    expect(JSON.stringify(value)).toContain('No such file')
  })

  it('tells of the guides that a local environment has', () => {
    const environment = { type: 'local', skills: [{ name: 'Charts', description: 'Draws.', path: '/s' }] }
    const body = responsesBody({ tools: [{ type: 'shell', environment }] })
    expect(JSON.stringify(translate(openaiResponses, CHAT, body).value)).toContain('Charts (/s): Draws.')
  })

  it('that runs at its vendor is refused by others', () => {
    const body = responsesBody({ tools: [{ type: 'shell', environment: { type: 'container_auto' } }] })
    expect(() => translate(openaiResponses, MESSAGES, body)).toThrow('tools[0]')
  })

  it('takes one command as text, which models write for a list of one', () => {
    const reply = translate(openaiResponses, CHAT, declared('shell')).reply
    const { value } = translateResponse(chatAnswer('shell', '{"commands":"ls"}'), reply, FACTS)
    expect(value['output']).toMatchObject([{ action: { commands: ['ls'] } }])
  })
})
