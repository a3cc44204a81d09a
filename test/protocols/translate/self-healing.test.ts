import { describe, expect, it } from 'vitest'
import {
  anthropicMessages,
  gemini,
  type JsonObject,
  openaiChat,
  openaiResponses,
  type Protocol,
  translateError,
} from '../../../src/index.js'
import { toGatewayError } from '../../../src/protocols/translate/error.js'

/** Shapes in which vendors put the words. */
const openai = (message: string, code: string | number | null = null): JsonObject => ({
  error: { message, type: 'invalid_request_error', param: null, code },
})
const anthropic = (type: string, message: string): JsonObject => ({ type: 'error', error: { type, message } })
const google = (code: number, status: string, message: string): JsonObject => ({
  error: { code, status, message },
})

interface Said {
  readonly who: string
  readonly vendor: Protocol
  readonly status: number
  readonly body: JsonObject | string
  /** What Claude Code reads. */
  readonly words: string | RegExp
}

const row = (
  who: string,
  vendor: Protocol,
  status: number,
  body: JsonObject | string,
  words: string | RegExp,
): Said => ({ who, vendor, status, body, words })

const OVERFLOWS: readonly Said[] = [
  row(
    'Anthropic',
    anthropicMessages,
    400,
    anthropic('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    'prompt is too long: 210000 tokens > 200000 maximum',
  ),
  row(
    'Anthropic, of the output',
    anthropicMessages,
    400,
    anthropic(
      'invalid_request_error',
      'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again',
    ),
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again',
  ),
  row(
    'Bedrock',
    anthropicMessages,
    400,
    { message: 'Input is too long for requested model.' },
    'prompt is too long: Input is too long for requested model.',
  ),
  row(
    'OpenAI',
    openaiChat,
    400,
    openai(
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.",
      'context_length_exceeded',
    ),
    'prompt is too long: 9000 tokens > 8192 maximum',
  ),
  row(
    'OpenAI Responses',
    openaiResponses,
    400,
    openai(
      'Your input exceeds the context window of this model. Please adjust your input and try again.',
      'context_length_exceeded',
    ),
    /^prompt is too long: Your input exceeds the context window/,
  ),
  row(
    'OpenAI and DeepSeek, of the output',
    openaiChat,
    400,
    openai(
      "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens (6000 in the messages, 64000 in the completion). Please reduce the length of the messages or completion.",
    ),
    'input length and `max_tokens` exceed context limit: 6000 + 64000 > 65536, decrease input length or `max_tokens` and try again',
  ),
  row(
    'DeepSeek, of a prompt that alone is too long',
    openaiChat,
    400,
    openai(
      "This model's maximum context length is 65536 tokens. However, you requested 74000 tokens (70000 in the messages, 4000 in the completion). Please reduce the length of the messages or completion.",
    ),
    'prompt is too long: 74000 tokens > 65536 maximum',
  ),
  row(
    'OpenRouter',
    openaiChat,
    400,
    openai(
      "This endpoint's maximum context length is 131072 tokens. However, you requested about 150000 tokens (20000 of text input, 130000 in the output). Please reduce the length of either one.",
      400,
    ),
    'input length and `max_tokens` exceed context limit: 20000 + 130000 > 131072, decrease input length or `max_tokens` and try again',
  ),
  row(
    'vLLM',
    openaiChat,
    400,
    {
      object: 'error',
      message:
        "'max_tokens' or 'max_completion_tokens' is too large: 40000. This model's maximum context length is 32768 tokens and your request has 1000 input tokens (40000 > 32768 - 1000).",
      type: 'BadRequestError',
      code: 400,
    },
    'input length and `max_tokens` exceed context limit: 1000 + 40000 > 32768, decrease input length or `max_tokens` and try again',
  ),
  row(
    'llama.cpp',
    openaiChat,
    400,
    {
      error: {
        code: 400,
        message: 'the request exceeds the available context size. try increasing the context size',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 9000,
        n_ctx: 4096,
      },
    },
    'prompt is too long: 9000 tokens > 4096 maximum',
  ),
  row(
    'xAI',
    openaiChat,
    400,
    {
      code: 'Client specified an invalid argument',
      error: "This model's maximum prompt length is 131072 but the request contains 150000 tokens.",
    },
    'prompt is too long: 150000 tokens > 131072 maximum',
  ),
  row(
    'Moonshot',
    openaiChat,
    400,
    openai('Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)'),
    'prompt is too long: 9000 tokens > 8192 maximum',
  ),
  row(
    'Mistral',
    openaiChat,
    400,
    {
      object: 'error',
      message:
        'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      type: 'invalid_request_prompt',
      code: '3051',
    },
    'prompt is too long: 40000 tokens > 32768 maximum',
  ),
  row(
    'Qwen',
    openaiChat,
    400,
    openai('<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]'),
    /^prompt is too long: /,
  ),
  row(
    'Google',
    gemini,
    400,
    google(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    ),
    'prompt is too long: 1200000 tokens > 1048576 maximum',
  ),
]

const OUTPUT_LIMITS: readonly Said[] = [
  row(
    'OpenAI',
    openaiChat,
    400,
    openai(
      'max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.',
      'invalid_value',
    ),
    'max_tokens: 100000 > 16384, which is the maximum allowed number of output tokens for this model',
  ),
  row(
    'Vertex',
    gemini,
    400,
    google(
      400,
      'INVALID_ARGUMENT',
      'Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and try again.',
    ),
    'max_tokens: 100000 > 65536, which is the maximum allowed number of output tokens for this model',
  ),
]

const CAPABILITIES: readonly Said[] = (
  [
    ['image_block', 'OpenAI', 400, 'Invalid content type. image_url is only supported by certain models.'],
    [
      'image_block',
      'DeepSeek',
      400,
      'Failed to deserialize the JSON body into the target type: messages[0]: unknown variant `image_url`, expected `text` at line 1 column 90',
    ],
    ['image_block', 'OpenRouter', 404, 'No endpoints found that support image input'],
    [
      'image_block',
      'llama.cpp',
      400,
      'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
    ],
    ['image_block', 'vLLM', 400, 'meta/llama is not a multimodal model'],
    ['image_block', 'Mistral', 400, 'Image input is not enabled for this model'],
    ['media_budget', 'vLLM, of too many', 400, 'At most 4 image(s) may be provided in one prompt.'],
    ['document_block', 'a vendor without PDF', 400, 'This model does not support PDF input.'],
    [
      'effort_unsupported',
      'OpenAI',
      400,
      "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
    ],
    ['effort_unsupported', 'Groq', 400, '`reasoning_effort` is not supported with this model'],
    ['effort_unsupported', 'OpenAI, older', 400, 'Unrecognized request argument supplied: reasoning_effort'],
    ['effort_unsupported', 'xAI', 400, 'Model grok does not support parameter reasoningEffort.'],
    [
      'structured_outputs_unsupported',
      'OpenAI',
      400,
      "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
    ],
    ['structured_outputs_unsupported', 'DeepSeek', 400, 'This response_format type is unavailable now'],
    [
      'structured_outputs_unsupported',
      'Groq',
      400,
      'This model does not support response format `json_schema`.',
    ],
    [
      'structured_outputs_unsupported',
      'Google',
      400,
      "Function calling with a response mime type: 'application/json' is unsupported",
    ],
    [
      'cache_control_field',
      'a strict vendor',
      400,
      "Unknown parameter: 'messages[0].content[0].cache_control'.",
    ],
    ['mid_conv_system', 'a chat template', 400, 'System message must be at the beginning.'],
    ['mid_conv_system', 'Mistral', 400, "Unexpected role 'system' after role 'assistant'"],
    [
      'thinking_signature',
      'OpenAI',
      400,
      'The encrypted content gAAA... could not be verified. Reason: Encrypted content could not be decrypted or parsed.',
    ],
  ] as const
).map(([capability, who, status, message]) =>
  row(who, openaiChat, status, openai(message), `capability_rejected: ${capability}`),
)

const ALL = [...OVERFLOWS, ...OUTPUT_LIMITS, ...CAPABILITIES]
const matches = (words: string | RegExp): unknown =>
  typeof words === 'string' ? words : (expect.stringMatching(words) as unknown)

describe('what Claude Code reads of a vendor’s refusal', () => {
  it.each(ALL)('$who: $words', ({ vendor, status, body, words }) => {
    const answer = translateError(status, body, { from: anthropicMessages, to: vendor })
    expect(answer.body).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: matches(words) },
    })
    expect(toGatewayError(answer.error).status).toBe(400)
  })

  it.each(ALL)('the same inside a stream: $who', ({ vendor, status, body, words }) => {
    const error = toGatewayError(vendor.decodeError(status, {}, body))
    const text = anthropicMessages.client?.encodeStreamError(error, { requestId: 'r', sequence: 0 }) ?? ''
    expect(JSON.parse(text.replace(/^event: error\ndata: /, ''))).toMatchObject({
      error: { type: 'invalid_request_error', message: matches(words) },
    })
  })

  it('numbers parse as Claude Code parses them', () => {
    const parse = (text: string): unknown =>
      /prompt is too long[^0-9]*(\d+)\s*tokens?\s*>\s*(\d+)/i.exec(text)?.slice(1)
    const numbered = OVERFLOWS.filter(({ words }) => String(words).includes(' maximum'))
    expect(numbered.length).toBeGreaterThan(7)
    for (const { vendor, status, body, words } of numbered) {
      const said = translateError(status, body, { from: anthropicMessages, to: vendor }).body
      expect(parse(JSON.stringify(said))).toEqual(String(words).match(/\d+/g))
    }
  })

  it.each([
    'temperature: must be at most 2',
    'tools.3.name: String should match pattern',
    'messages: roles must alternate',
    'A maximum of 4 blocks with cache_control may be provided. Found 5.',
    'max_tokens: must be positive',
    'The image could not be fetched.',
    'Your account is not allowed to use this model.',
  ])('other words stay: %s', (message) => {
    const { body } = translateError(400, openai(message), { from: anthropicMessages, to: openaiChat })
    expect(body).toMatchObject({ error: { message } })
  })
})

describe('what Codex reads', () => {
  it.each(OVERFLOWS)('the code of an overflow, whole and in a stream: $who', ({ vendor, status, body }) => {
    const answer = translateError(status, body, { from: openaiResponses, to: vendor })
    expect(answer.body).toMatchObject({ error: { code: 'context_length_exceeded' } })
    expect(inStream(vendor, status, body)).toMatchObject({ code: 'context_length_exceeded' })
  })

  it.each([
    [
      'OpenAI',
      openaiChat,
      429,
      openai('Rate limit reached. Please try again in 1.5s.', 'rate_limit_exceeded'),
    ],
    ['Anthropic', anthropicMessages, 429, anthropic('rate_limit_error', 'Too many requests.')],
    [
      'Google',
      gemini,
      429,
      google(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for metric: x. Please retry in 1.5s.'),
    ],
  ] as const)('how long to wait: %s', (_who, vendor, status, body) => {
    const failed = inStream(vendor, status, body, { 'retry-after-ms': '1500' })
    expect(failed).toMatchObject({ code: 'rate_limit_exceeded' })
    expect(/try again in\s*(\d+(?:\.\d+)?)\s*(s|ms)/i.exec(failed.message)?.slice(1)).toEqual(['1.5', 's'])
  })

  it('a vendor without capacity as something to try again', () => {
    const busy = anthropic('overloaded_error', 'Overloaded')
    expect(inStream(anthropicMessages, 529, busy).code).toBe('server_error')
    const whole = translateError(529, busy, { from: openaiResponses, to: anthropicMessages })
    expect(whole.body).toMatchObject({ error: { code: 'server_is_overloaded' } })
  })

  function inStream(
    vendor: Protocol,
    status: number,
    body: JsonObject | string,
    headers: Readonly<Record<string, string>> = {},
  ): { readonly code: string; readonly message: string } {
    const error = toGatewayError(vendor.decodeError(status, headers, body))
    const state = { requestId: 'r', sequence: 4, responseId: 'resp_1' }
    const text = openaiResponses.client?.encodeStreamError(error, state) ?? ''
    const [, data = '{}'] = /^event: response\.failed\ndata: (.*)$/m.exec(text) ?? []
    return (JSON.parse(data) as { response: { error: { code: string; message: string } } }).response.error
  }
})
