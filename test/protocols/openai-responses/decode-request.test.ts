import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { decode, decodeRequest, PROTOCOL, rejectionOf } from './support.js'

describe('top level', () => {
  test('takes over every field that has a meaning elsewhere', () => {
    const body = {
      model: 'm',
      stream: true,
      input: 'hi',
      instructions: 'Be brief.',
      tool_choice: 'required',
      parallel_tool_calls: false,
      max_output_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 3,
      include: ['message.output_text.logprobs', 'reasoning.encrypted_content'],
      reasoning: { effort: 'high', summary: 'detailed' },
      text: {
        format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true },
        verbosity: 'low',
      },
      prompt_cache_key: 'key',
      prompt_cache_options: { mode: 'explicit', ttl: '12h' },
      service_tier: 'flex',
      safety_identifier: 'user-1',
      metadata: { a: 'b' },
      store: false,
    }
    expect(decode(body)).toEqual({
      model: 'm',
      stream: true,
      messages: [
        {
          role: 'system',
          topLevel: true,
          path: 'instructions',
          content: [{ type: 'text', text: 'Be brief.', path: 'instructions' }],
        },
        {
          role: 'user',
          path: 'input[0]',
          content: [{ type: 'text', text: 'hi', path: 'input[0].content' }],
        },
      ],
      toolChoice: { type: 'required' },
      parallelToolCalls: false,
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      logprobs: { top: 3 },
      reasoning: { effort: 'high', summary: 'detailed', show: 'summary' },
      responseFormat: { type: 'json-schema', name: 'n', schema: { type: 'object' }, strict: true },
      verbosity: 'low',
      cache: { key: 'key', mode: 'explicit', life: 'long' },
      serviceTier: 'flex',
      endUser: 'user-1',
      metadata: { a: 'b' },
      state: { store: false },
    })
  })

  test('keeps what only this protocol can say, and drops telemetry', () => {
    const { extensions } = decode({
      input: 'hi',
      truncation: 'auto',
      max_tool_calls: 3,
      include: ['reasoning.encrypted_content', 'web_search_call.results'],
      reasoning: { effort: 'ultra', context: 'all_turns' },
      prompt_cache_options: { comparison_response_id: 'resp_0' },
      safety_identifier: 'new',
      user: 'old',
      client_metadata: { turn: '1' },
      stream_options: { include_obfuscation: false },
      conversation: null,
    })
    expect(extensions).toEqual({
      [PROTOCOL]: {
        truncation: 'auto',
        max_tool_calls: 3,
        include: ['web_search_call.results'],
        reasoning: { effort: 'ultra', context: 'all_turns' },
        prompt_cache_options: { comparison_response_id: 'resp_0' },
        user: 'old',
      },
    })
  })

  test('a warm-up of the cache is a limit of 0', () => {
    expect(decode({ input: 'hi', prompt_cache_options: { prewarm: true } }).maxOutputTokens).toBe(0)
  })

  test.each<[string, JsonObject, string, string]>([
    [
      'a stored response',
      { previous_response_id: 'resp_1' },
      'previous_response_not_found',
      'previous_response_id',
    ],
    ['a conversation', { conversation: { id: 'conv_1' } }, 'unsupported_responses_feature', 'conversation'],
    ['a stored prompt', { prompt: { id: 'pmpt_1' } }, 'unsupported_responses_feature', 'prompt'],
    ['work in the background', { background: true }, 'unsupported_responses_feature', 'background'],
    [
      'an item reference',
      { input: [{ type: 'item_reference', id: 'rs_1' }] },
      'unsupported_responses_feature',
      'input[0]',
    ],
    [
      'an item reference without a type',
      { input: [{ id: 'rs_1' }] },
      'unsupported_responses_feature',
      'input[0]',
    ],
    ['a temperature that is no number', { temperature: 'hot' }, 'invalid_value', 'temperature'],
    [
      'a schema that is none',
      { text: { format: { type: 'json_schema' } } },
      'invalid_value',
      'text.format.schema',
    ],
    [
      'a call without a name',
      { input: [{ type: 'function_call', call_id: 'c' }] },
      'missing_required_parameter',
      'input[0].name',
    ],
    [
      'case 32: a tool without a name',
      { tools: [{ type: 'function' }] },
      'missing_required_parameter',
      'tools[0].name',
    ],
  ])('refuses %s', (_name, body, code, param) => {
    expect(rejectionOf(() => decodeRequest({ input: 'hi', ...body }))).toEqual({ code, param })
  })
})

describe('content', () => {
  function userContent(...content: readonly JsonObject[]) {
    return decode({ input: [{ role: 'user', content }] }).messages[0]?.content
  }

  test.each<[string, JsonObject, JsonObject]>([
    [
      'an image by URL',
      { type: 'input_image', image_url: 'https://x.test/a.png', detail: 'low' },
      { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' }, detail: 'low' },
    ],
    [
      'an image in the request',
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } },
    ],
    [
      'an image by file id',
      { type: 'input_image', file_id: 'file_1' },
      { type: 'image', source: { type: 'file', fileId: 'file_1', protocol: PROTOCOL } },
    ],
    [
      'a file in the request',
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
      {
        type: 'document',
        source: { type: 'base64', mediaType: 'application/pdf', data: 'AAAA' },
        filename: 'a.pdf',
      },
    ],
    [
      'a file without its media type',
      { type: 'input_file', filename: 'notes.TXT', file_data: 'AAAA' },
      {
        type: 'document',
        source: { type: 'base64', mediaType: 'text/plain', data: 'AAAA' },
        filename: 'notes.TXT',
      },
    ],
    [
      'a file by URL',
      { type: 'input_file', file_url: 'https://x.test/a.pdf' },
      { type: 'document', source: { type: 'url', url: 'https://x.test/a.pdf' } },
    ],
    [
      'audio',
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
      { type: 'audio', format: 'mp3', data: 'AAAA' },
    ],
    [
      'text before a cache breakpoint',
      { type: 'input_text', text: 'hi', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } },
      { type: 'text', text: 'hi', cache: { life: 'long' } },
    ],
    [
      'a part of the future',
      { type: 'input_hologram', depth: 3 },
      {
        type: 'provider',
        protocol: PROTOCOL,
        kind: 'input_hologram',
        value: { type: 'input_hologram', depth: 3 },
      },
    ],
  ])('%s', (_name, wire, part) => {
    expect(userContent(wire)).toEqual([{ ...part, path: 'input[0].content[0]' }])
  })

  test('a data URL that is no plain base64 stays a URL', () => {
    const url = 'data:text/plain;charset=utf-8;base64,AAAA'
    expect(userContent({ type: 'input_image', image_url: url })).toMatchObject([
      { source: { type: 'url', url } },
    ])
  })

  test('unknown fields of parts and items are reported', () => {
    const { warnings } = decodeRequest({
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'hi', sparkle: 1 }] },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}', caller: { type: 'direct' } },
      ],
    })
    expect(warnings.map(({ code, path, semantic }) => [code, path, semantic])).toEqual([
      ['dropped', 'input[0].content[0].sparkle', false],
      ['dropped', 'input[1].caller', false],
    ])
  })
})
