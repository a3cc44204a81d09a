import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { decode, decodeMessages, refusalOf, WIRE_HELLO } from './support-requests.js'

describe('messages', () => {
  it('keeps instructions and where they stand', () => {
    expect(
      decodeMessages({ role: 'developer', content: 'Be brief.', name: 'boss' }, WIRE_HELLO, {
        role: 'system',
        content: [{ type: 'text', text: 'Now.' }],
      }),
    ).toEqual([
      {
        role: 'system',
        authority: 'developer',
        name: 'boss',
        path: 'messages[0]',
        content: [{ type: 'text', text: 'Be brief.', path: 'messages[0].content' }],
      },
      {
        role: 'user',
        path: 'messages[1]',
        content: [{ type: 'text', text: 'Hello', path: 'messages[1].content' }],
      },
      {
        role: 'system',
        path: 'messages[2]',
        content: [{ type: 'text', text: 'Now.', path: 'messages[2].content[0]' }],
      },
    ])
  })

  it('reads every kind of user part', () => {
    const content = [
      { type: 'text', text: 'Look', cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
      { type: 'image_url', image_url: 'https://example.com/cat.png' },
      { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'document_url', document_url: 'https://example.com/b.pdf' },
      { type: 'video_url', video_url: { url: 'https://example.com/c.mp4' } },
      { type: 'hologram', depth: 3 },
    ]
    const at = (index: number): string => `messages[0].content[${index}]`
    expect(decodeMessages({ role: 'user', content })[0]?.content).toEqual([
      { type: 'text', text: 'Look', cache: { life: 'long' }, path: at(0) },
      {
        type: 'image',
        source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' },
        detail: 'low',
        path: at(1),
      },
      { type: 'image', source: { type: 'url', url: 'https://example.com/cat.png' }, path: at(2) },
      { type: 'audio', format: 'mp3', data: 'BBBB', path: at(3) },
      {
        type: 'document',
        source: { type: 'base64', mediaType: 'application/pdf', data: 'CCCC' },
        filename: 'a.pdf',
        path: at(4),
      },
      { type: 'document', source: { type: 'file', fileId: 'file-1', protocol: 'openai-chat' }, path: at(5) },
      { type: 'document', source: { type: 'url', url: 'https://example.com/b.pdf' }, path: at(6) },
      { type: 'video', source: { type: 'url', url: 'https://example.com/c.mp4' }, path: at(7) },
      {
        type: 'provider',
        protocol: 'openai-chat',
        kind: 'hologram',
        value: { type: 'hologram', depth: 3 },
        path: at(8),
      },
    ])
  })

  it('case 23: takes null content beside tool calls, and empty echoes of SDKs for nothing', () => {
    const message = {
      role: 'assistant',
      content: null,
      refusal: null,
      annotations: [],
      audio: null,
      function_call: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
    }
    expect(decodeMessages(WIRE_HELLO, message)[1]).toEqual({
      role: 'assistant',
      path: 'messages[1]',
      content: [
        {
          type: 'tool-call',
          id: 'call_1',
          name: 'f',
          kind: 'function',
          input: '{"a":1}',
          path: 'messages[1].tool_calls[0]',
        },
      ],
    })
  })

  it('case 19: puts the results of parallel calls into one user message', () => {
    const call = (id: string): JsonObject => ({
      id,
      type: 'function',
      function: { name: 'f', arguments: '{}' },
    })
    const decoded = decodeMessages(
      { role: 'assistant', tool_calls: [call('a'), call('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'two' }] },
      WIRE_HELLO,
    )
    expect(decoded.map(({ role, content }) => [role, content.map((part) => part.type)])).toEqual([
      ['assistant', ['tool-call', 'tool-call']],
      ['user', ['tool-result', 'tool-result']],
      ['user', ['text']],
    ])
    expect(decoded[1]?.content).toEqual([
      {
        type: 'tool-result',
        toolCallId: 'a',
        kind: 'function',
        plain: true,
        content: [{ type: 'text', text: 'one', path: 'messages[1].content' }],
        path: 'messages[1]',
      },
      {
        type: 'tool-result',
        toolCallId: 'b',
        kind: 'function',
        content: [{ type: 'text', text: 'two', path: 'messages[2].content[0]' }],
        path: 'messages[2]',
      },
    ])
  })

  it('reads a custom call and knows its result', () => {
    const decoded = decodeMessages(
      {
        role: 'assistant',
        tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'patch', input: '*** Begin' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'Done' },
    )
    expect(decoded[0]?.content[0]).toMatchObject({ kind: 'custom', name: 'patch', input: '*** Begin' })
    expect(decoded[1]?.content[0]).toMatchObject({ kind: 'custom', toolCallId: 'c' })
  })

  it('gives the old function call an id that later turns find again', () => {
    const turn = [
      WIRE_HELLO,
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'result' },
    ]
    const [, first, second] = decodeMessages(...turn)
    const [, again] = decodeMessages(...turn, WIRE_HELLO)
    const id = first?.content[0]?.type === 'tool-call' ? first.content[0].id : ''
    expect(id).toMatch(/^call_[a-z2-7]{24}$/)
    expect(second?.content[0]).toMatchObject({ toolCallId: id, toolName: 'f' })
    expect(again).toEqual(first)
  })

  it('keeps fields that it does not know for its own protocol', () => {
    expect(
      decodeMessages({ ...WIRE_HELLO, weight: 1 }, { role: 'assistant', content: 'x', prefix: true }),
    ).toMatchObject([
      { extensions: { 'openai-chat': { weight: 1 } } },
      { extensions: { 'openai-chat': { prefix: true } } },
    ])
  })

  it.each<[string, JsonObject, string]>([
    ['an unknown role', { role: 'wizard', content: 'x' }, 'messages[0].role'],
    [
      'a text part without text',
      { role: 'user', content: [{ type: 'text' }] },
      'messages[0].content[0].text',
    ],
    [
      'an image without a url',
      { role: 'user', content: [{ type: 'image_url', image_url: {} }] },
      'messages[0].content[0].image_url',
    ],
    [
      'a call without a name',
      { role: 'assistant', tool_calls: [{ id: 'a', function: {} }] },
      'messages[0].tool_calls[0].function.name',
    ],
    ['a result that answers nothing', { role: 'tool', content: 'x' }, 'messages[0].tool_call_id'],
  ])('refuses %s', (_name, message, param) => {
    expect(refusalOf(() => decodeMessages(message))).toMatchObject({ code: 'invalid_messages', param })
  })
})

describe('settings', () => {
  it('case 46d: reads every field that has a meaning elsewhere', () => {
    const decoded = decode({
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 5,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      stop: 'END',
      n: 1,
      logprobs: true,
      top_logprobs: 3,
      verbosity: 'low',
      prompt_cache_key: 'k',
      prompt_cache_options: { mode: 'explicit', ttl: '30m' },
      service_tier: 'flex',
      user: 'u',
      metadata: { a: 'b' },
      store: true,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'out', schema: { type: 'object' }, strict: true },
      },
    })
    const { messages: _messages, ...settings } = decoded
    expect(settings).toEqual({
      model: 'm',
      stream: true,
      includeUsage: true,
      maxOutputTokens: 5,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      stop: ['END'],
      candidateCount: 1,
      logprobs: { top: 3 },
      verbosity: 'low',
      session: 'k',
      cache: { key: 'k', mode: 'explicit', life: 'short' },
      serviceTier: 'flex',
      endUser: 'u',
      metadata: { a: 'b' },
      state: { store: true },
      responseFormat: { type: 'json-schema', name: 'out', schema: { type: 'object' }, strict: true },
    })
  })

  it.each<[JsonObject, unknown]>([
    [{ reasoning_effort: 'high' }, { effort: 'high', show: 'summary' }],
    [{ reasoning_effort: 'none' }, { effort: 'none' }],
    [{ reasoning: { effort: 'low', exclude: true } }, { effort: 'low', show: 'none' }],
    [{ reasoning: { max_tokens: 2000 } }, { budgetTokens: 2000, show: 'summary' }],
    [{ thinking: { type: 'disabled' } }, { effort: 'none' }],
    [{ thinking: { type: 'enabled' } }, { enabled: true, show: 'summary' }],
    [
      { enable_thinking: true, thinking_budget: 100 },
      { budgetTokens: 100, enabled: true, show: 'summary' },
    ],
    [{ reasoning_effort: null }, undefined],
  ])('reads reasoning from %j', (fields, expected) => {
    expect(decode(fields).reasoning).toEqual(expected)
  })

  it('keeps what it does not know, and what has a wrong type, for its own protocol', () => {
    const fields = {
      logit_bias: { 5: -100 },
      reasoning_effort: 'default',
      thinking: { type: 'enabled', keep: 'all' },
      stream_options: { include_obfuscation: false },
      temperature: 'hot',
    }
    expect(decode(fields).extensions).toEqual({
      'openai-chat': {
        logit_bias: { 5: -100 },
        reasoning_effort: 'default',
        thinking: { keep: 'all' },
        stream_options: { include_obfuscation: false },
        temperature: 'hot',
      },
    })
  })
})
