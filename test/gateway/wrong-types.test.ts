import { describe, expect, it } from 'vitest'
import { CHAT, type Endpoint, MESSAGES, RESPONSES } from '../support/calls.js'
import { BALANCE, createTestGateway } from '../support/test-gateway.js'

const PART = { type: 'text', text: 'x' }
const saysUser = (content: unknown): object => ({ messages: [{ role: 'user', content }] })
const inputOf = (content: unknown): object => ({ input: [{ role: 'user', content }] })
const chatTool = (parameters: unknown): object => ({
  tools: [{ type: 'function', function: { name: 'f', parameters } }],
})

/** What a client got wrong, and the field that the refusal names. */
type Row = readonly [endpoint: Endpoint, model: string, wrong: object, field: string]

const ROWS: readonly Row[] = [
  ...[5, true, PART].map((content): Row => [CHAT, 'messages', saysUser(content), 'messages[0].content']),
  [CHAT, 'messages', { messages: [{ role: 'system', content: 5 }] }, 'messages[0].content'],
  [CHAT, 'messages', { messages: [{ role: 'assistant', content: PART }] }, 'messages[0].content'],
  [CHAT, 'messages', chatTool('{"type":"object"}'), 'tools[0].function.parameters'],
  ...[5, true, PART].map((content): Row => [RESPONSES, 'chat', inputOf(content), 'input[0].content']),
  [RESPONSES, 'chat', inputOf([5]), 'input[0].content[0]'],
  [RESPONSES, 'chat', inputOf([{ type: 'input_text', text: 5 }]), 'input[0].content[0].text'],
  [RESPONSES, 'chat', inputOf([{ type: 'input_image' }]), 'input[0].content[0].image_url'],
  [RESPONSES, 'chat', inputOf([{ type: 'input_file', filename: 'a' }]), 'input[0].content[0].file_data'],
  [RESPONSES, 'chat', inputOf([{ type: 'input_audio' }]), 'input[0].content[0].input_audio'],
  [RESPONSES, 'chat', { instructions: ['x'] }, 'instructions'],
  [RESPONSES, 'chat', { tools: {} }, 'tools'],
  [RESPONSES, 'chat', { tools: ['f'] }, 'tools[0]'],
  [RESPONSES, 'chat', { tools: [{ type: 'function', name: 'f', parameters: '{}' }] }, 'tools[0].parameters'],
  [RESPONSES, 'chat', { reasoning: 'high' }, 'reasoning'],
  [RESPONSES, 'chat', { text: 'json' }, 'text'],
  [RESPONSES, 'chat', { text: { format: 'json' } }, 'text.format'],
  [MESSAGES, 'chat', { system: PART }, 'system'],
  [MESSAGES, 'chat', { system: [5] }, 'system[0]'],
  [MESSAGES, 'chat', { system: [{ type: 'image' }] }, 'system[0].type'],
  [MESSAGES, 'chat', { system: [{ type: 'text', text: 5 }] }, 'system[0].text'],
  [MESSAGES, 'chat', saysUser([{ type: 'text', text: 5 }]), 'messages[0].content[0].text'],
  [
    MESSAGES,
    'chat',
    saysUser([{ type: 'tool_result', tool_use_id: 't', content: PART }]),
    'messages[0].content[0].content',
  ],
  [
    MESSAGES,
    'chat',
    saysUser([{ type: 'tool_result', tool_use_id: 5 }]),
    'messages[0].content[0].tool_use_id',
  ],
  [MESSAGES, 'chat', { tools: {} }, 'tools'],
  [MESSAGES, 'chat', { tools: [{ name: 'f', input_schema: '{}' }] }, 'tools[0].input_schema'],
  [MESSAGES, 'chat', { tool_choice: 'auto' }, 'tool_choice'],
  [MESSAGES, 'chat', { stop_sequences: 'END' }, 'stop_sequences'],
  [MESSAGES, 'chat', { stop_sequences: [5] }, 'stop_sequences[0]'],
  [MESSAGES, 'chat', { thinking: true }, 'thinking'],
  [MESSAGES, 'chat', { output_config: 'low' }, 'output_config'],
  [MESSAGES, 'chat', { output_config: { format: 'json' } }, 'output_config.format'],
  [MESSAGES, 'chat', { output_config: { format: { type: 'json' } } }, 'output_config.format.type'],
  [MESSAGES, 'chat', { output_config: { format: { type: 'json_schema' } } }, 'output_config.format.schema'],
]

describe('what would be lost in silence on the way to a vendor of another protocol', () => {
  const cases = ROWS.map(([endpoint, model, wrong, field]) => ({
    endpoint,
    path: endpoint.path,
    model,
    wrong,
    field,
  }))

  it.each(cases)('$path: $field is refused by its name', async ({ endpoint, model, wrong, field }) => {
    const tested = createTestGateway()
    const body = { ...endpoint.request(), model: `test/${model}`, ...wrong }
    const { status, json } = await tested.post(endpoint.path, body)
    expect([status, json.error.type]).toEqual([400, 'invalid_request_error'])
    expect(endpoint === MESSAGES ? json.error.message : `${json.error.param}:`).toMatch(
      new RegExp(`^${field.replaceAll(/[[\].]/g, '\\$&')}:`),
    )
    expect([tested.vendor.calls.length, tested.wallet()]).toEqual([
      0,
      { balanceMicro: BALANCE, heldMicro: 0 },
    ])
  })

  it.each([
    [
      CHAT,
      'messages',
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: null },
        ],
      },
    ],
    [CHAT, 'messages', { tools: null, tool_choice: null, response_format: null }],
    [RESPONSES, 'chat', { instructions: null, tools: null, reasoning: null, text: { format: null } }],
    [
      MESSAGES,
      'chat',
      { system: null, tools: null, thinking: null, stop_sequences: null, output_config: null },
    ],
  ] as const)('null says nothing', async (endpoint, model, nothing) => {
    const { post } = createTestGateway()
    const body = { ...endpoint.request(), model: `test/${model}`, ...nothing }
    expect((await post(endpoint.path, body)).status).toBe(200)
  })

  it('a role that is not known is the user, and said to be', async () => {
    const { post } = createTestGateway()
    const body = { model: 'test/chat', input: [{ role: 'critic', content: 'x' }] }
    const { headers } = await post(RESPONSES.path, body)
    expect(headers['x-crossmodel-warnings']).toContain('repaired:input[0].role')
  })
})
