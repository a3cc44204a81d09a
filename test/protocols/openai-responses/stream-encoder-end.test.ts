import { describe, expect, test } from 'vitest'
import type { StreamPart } from '../../../src/canonical/stream.js'
import {
  block,
  context,
  encodeContext,
  encodeStream,
  eventsOf,
  finish,
  readWithSdk,
  START,
  typesOf,
  USAGE,
} from './support.js'

describe('the end', () => {
  const call: StreamPart[] = [
    { type: 'open', key: 0, block: { kind: 'tool', tool: 'function', id: 'c', name: 'f' } },
    { type: 'delta', key: 0, text: '{"a' },
    { type: 'close', key: 0, status: 'incomplete' },
  ]

  test('a call that was cut off is never said to be done', async () => {
    const stream = encodeStream([START, ...call, USAGE, finish('length')])
    expect(eventsOf(stream).map(({ type }) => type)).not.toContain('response.output_item.done')
    expect(await readWithSdk(stream)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { total_tokens: 15 },
      output: [{ type: 'function_call', status: 'incomplete', arguments: '{"a' }],
    })
  })

  test.each<[Parameters<typeof finish>[0], string, string | null]>([
    ['stop', 'completed', null],
    ['stop-sequence', 'completed', null],
    ['pause', 'completed', null],
    ['length', 'incomplete', 'max_output_tokens'],
    ['context-full', 'incomplete', 'max_output_tokens'],
    ['content-filter', 'incomplete', 'content_filter'],
  ])('%s is %s', async (reason, status, why) => {
    const stream = encodeStream([START, ...block(0, { kind: 'text' }, 'a'), finish(reason)])
    expect(await readWithSdk(stream)).toMatchObject({
      status,
      incomplete_details: why === null ? null : { reason: why },
    })
  })

  test('an explanation of a refusal becomes a refusal', async () => {
    const end: StreamPart = { type: 'finish', finish: { reason: 'content-filter', explanation: 'Not this.' } }
    expect(
      await readWithSdk(encodeStream([START, ...block(0, { kind: 'text' }, 'Well'), end])),
    ).toMatchObject({
      output: [
        {
          content: [
            { type: 'output_text', text: 'Well' },
            { type: 'refusal', refusal: 'Not this.' },
          ],
        },
      ],
    })
  })

  test('an answer without content has no output', async () => {
    expect(await readWithSdk(encodeStream([START, finish()]))).toMatchObject({
      status: 'completed',
      output: [],
    })
  })

  test('case 43: an error fails the response, then ends the stream', async () => {
    const error: StreamPart = {
      type: 'error',
      error: { kind: 'rate-limit', message: 'Too fast.', retryAfterMs: 1500 },
    }
    const stream = encodeStream([
      START,
      ...block(0, { kind: 'reasoning' }, 'hm'),
      ...block(1, { kind: 'text' }, 'Hel'),
      USAGE,
      error,
      finish(),
    ])
    const message = 'Too fast. Please try again in 1.5s.'
    const [failed, last] = eventsOf(stream).slice(-2)
    expect(failed).toMatchObject({
      type: 'response.failed',
      response: {
        status: 'failed',
        error: { code: 'rate_limit_exceeded', message },
        output: [{ type: 'reasoning' }],
        usage: { total_tokens: 15 },
      },
    })
    expect(last).toEqual({
      type: 'error',
      code: 'rate_limit_exceeded',
      message,
      param: null,
      sequence_number: Number(failed?.sequence_number) + 1,
    })
    await expect(readWithSdk(stream)).rejects.toThrow(message)
  })

  test('case 43: an error before anything else is only an error event', async () => {
    const stream = encodeStream([{ type: 'ping' }, { type: 'error', error: { kind: 'server', message: '' } }])
    expect(eventsOf(stream)).toEqual([
      {
        type: 'error',
        code: 'server_error',
        message: 'The provider failed.',
        param: null,
        sequence_number: 0,
      },
    ])
    await expect(readWithSdk(stream)).rejects.toThrow('The provider failed.')
  })

  test.each([
    ['context-overflow', 'context_length_exceeded', 'said'],
    ['overloaded', 'server_error', 'said'],
    ['truncated', 'server_error', 'Connection error: the provider broke off the answer. Try again later.'],
    ['authentication', 'server_error', 'The provider refused the gateway.'],
    ['billing', 'server_error', 'The provider refused the gateway.'],
  ] as const)('an error of kind %s has code %s', (kind, code, message) => {
    const events = eventsOf(encodeStream([START, { type: 'error', error: { kind, message: 'said' } }]))
    expect(events.at(-1)).toMatchObject({ code, message })
  })
})

describe('the head', () => {
  test('repeats what the client asked', () => {
    const body = {
      instructions: 'Be brief.',
      tools: [{ type: 'function', name: 'f' }],
      store: true,
      model: 'x',
      input: 'hi',
    }
    const [created] = eventsOf(encodeStream([START], body))
    expect(created?.response).toMatchObject({
      instructions: 'Be brief.',
      tools: body.tools,
      store: false,
      model: 'acme/model',
    })
  })

  test.each([
    ['resp_1', 'resp_1'],
    ['chatcmpl-1', 'resp_chatcmpl-1'],
    ['a b/c', 'resp_a_b_c'],
    ['', `resp_${context.hash(encodeContext().requestId, 24)}`],
  ])('a vendor id "%s" becomes %s', (id, expected) => {
    const [created] = eventsOf(encodeStream([{ type: 'start', id, model: 'm' }]))
    expect(created?.response).toMatchObject({ id: expected })
  })

  test('is made for an answer that never began', () => {
    expect(typesOf([...block(0, { kind: 'text' }, 'a')]).slice(0, 2)).toEqual([
      'response.created',
      'response.in_progress',
    ])
    expect(eventsOf(encodeStream(block(0, { kind: 'text' }, 'a')))[0]?.type).toBe('response.created')
  })
})
