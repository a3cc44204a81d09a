import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clipMessage, kindOfWording, readOverflow } from '../../src/canonical/error-signs.js'
import type { JsonValue } from '../../src/canonical/json.js'
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.js'
import { gemini } from '../../src/protocols/gemini/index.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { openaiResponses } from '../../src/protocols/openai-responses/index.js'
import type { Protocol } from '../../src/protocols/protocol.js'

const PROTOCOLS: readonly Protocol[] = [openaiChat, openaiResponses, anthropicMessages, gemini]

/** Wordings of vendors and servers with the numbers that they hold: of the conversation, and of the model. */
const OVERFLOWS: readonly (readonly [string, number, number])[] = [
  ['prompt is too long: 210000 tokens > 200000 maximum', 210_000, 200_000],
  ['input length and `max_tokens` exceed context limit: 190,000 + 20,000 > 200,000', 210_000, 200_000],
  [
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    9000,
    8192,
  ],
  [
    "This model's maximum context length is 4096 tokens (as of 3 May). However, you requested 5000 tokens.",
    5000,
    4096,
  ],
  [
    "This model's maximum context length is 32768 tokens. However, your request has 40000 input tokens.",
    40_000,
    32_768,
  ],
  ["This model's maximum prompt length is 131072 but the request contains 150000 tokens.", 150_000, 131_072],
  [
    'The input token count (1,200,000) exceeds the maximum number of tokens allowed (1,048,576).',
    1_200_000,
    1_048_576,
  ],
  ['The input token count is 1048 but model only supports up to 1000', 1048, 1000],
  ['request (2009 tokens) exceeds the available context size (512 tokens), try increasing it', 2009, 512],
  [
    'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
    40_000,
    32_768,
  ],
  ['Your request exceeded model token limit: 8192 (requested: 9000)', 9000, 8192],
  ['`inputs` tokens + `max_new_tokens` must be <= 2048. Given: 3000 `inputs` tokens', 3000, 2048],
  ['Your input of 9000 tokens exceeds the context window of 8192 tokens.', 9000, 8192],
]

const error = (message: string): JsonValue => ({ error: { message } })

describe('signs in the text of an error', () => {
  it.each(OVERFLOWS)('reads both numbers of: %s', (text, actual, limit) => {
    expect(kindOfWording(text)).toBe('context-overflow')
    expect(readOverflow(text)).toEqual({ actual, limit })
  })

  it.each(PROTOCOLS)('knows every overflow whatever protocol it comes through: $id', (protocol) => {
    const read = OVERFLOWS.map(([text]) => protocol.decodeError(400, {}, error(text)))
    expect(read.map(({ kind }) => kind)).toEqual(OVERFLOWS.map(() => 'context-overflow'))
    expect(read.map(({ tokens }) => tokens)).toEqual(
      OVERFLOWS.map(([, actual, limit]) => ({ actual, limit })),
    )
  })

  it.each([
    'Your input exceeds the context window of this model.',
    'Input is too long for requested model.',
    'Range of input length should be [1, 30720]',
    'Please reduce the length of the messages.',
    'context_length_exceeded',
  ])('knows an overflow without numbers: %s', (text) => {
    expect(kindOfWording(text)).toBe('context-overflow')
    expect(readOverflow(text)).toBeUndefined()
  })

  it('takes no number for the length of a conversation that is not over the limit', () => {
    const text = "This model's maximum context length is 4096 tokens and your request has 100 input tokens."
    expect(readOverflow(text)).toBeUndefined()
  })

  it('reads the numbers from fields before the text', () => {
    expect(readOverflow('9 tokens > 8', { n_prompt_tokens: 2009, n_ctx: 512 })).toEqual({
      actual: 2009,
      limit: 512,
    })
  })

  const SIGNS: readonly (readonly [string, string])[] = [
    ['Your credit balance is too low to access the API.', 'billing'],
    ['You exceeded your current quota, please check your plan and billing details.', 'billing'],
    ['Insufficient Balance', 'billing'],
    ['Your prepayment credits are depleted.', 'billing'],
    ['This API method requires billing to be enabled.', 'billing'],
    ['This request requires more credits, or fewer max_tokens.', 'billing'],
    ['Incorrect API key provided: sk-…', 'authentication'],
    ['API key not valid. Please pass a valid API key.', 'authentication'],
    ['invalid x-api-key', 'authentication'],
    ['Invalid Authentication', 'authentication'],
  ]

  it.each(SIGNS)('reads "%s" as %s, whatever protocol it comes through', (text, kind) => {
    expect(PROTOCOLS.map((protocol) => protocol.decodeError(400, {}, error(text)).kind)).toEqual(
      PROTOCOLS.map(() => kind),
    )
  })

  it("takes Google's rate limit for one, though it speaks of quota and billing", () => {
    const text =
      'You exceeded your current quota, please check your plan and billing details. Quota exceeded for metric: input_tokens. Please retry in 34.4s.'
    expect(PROTOCOLS.map((protocol) => protocol.decodeError(429, {}, error(text)))).toMatchObject(
      PROTOCOLS.map(() => ({ kind: 'rate-limit', retryAfterMs: 34_400 })),
    )
  })

  it.each(['temperature: must be at most 2', 'The model is overloaded.', ''])(
    'sees no sign in "%s"',
    (text) => {
      expect(kindOfWording(text)).toBeUndefined()
    },
  )

  it('cuts a text that repeats the whole prompt', () => {
    expect(clipMessage('x'.repeat(5000))).toHaveLength(2001)
    expect(clipMessage('short')).toBe('short')
  })

  it('reads any text without harm', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), (text, number) => {
        const read = readOverflow(`${text} maximum context length is ${number}${text}${number}`)
        expect(read === undefined || read.actual > read.limit).toBe(true)
      }),
    )
  })
})
