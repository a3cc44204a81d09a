import { describe, expect, test } from 'vitest'
import { accumulate } from '../../../src/canonical/accumulate.js'
import { openaiResponses } from '../../../src/protocols/openai-responses/index.js'
import {
  CREATED,
  completed,
  context,
  decodeAfterStart,
  decodeBlocks,
  decodeStream,
  target,
  toEvents,
  wireMessage,
  wireText,
} from './support.js'

describe('vendors that keep the rules loosely', () => {
  test('items that only the last event has are read from it', () => {
    const output = [
      { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'sealed' },
      { id: 'msg_1', type: 'message', content: [{ type: 'output_text', text: 'Hi' }] },
    ]
    expect(accumulate(decodeAfterStart(completed({ output }))).response.content).toMatchObject([
      { type: 'reasoning', state: { data: 'sealed' } },
      { type: 'text', text: 'Hi' },
    ])
  })

  test('items that the last event numbers anew are not said twice', () => {
    const output = [
      { id: 'rs_new', type: 'reasoning', summary: [] },
      { id: 'msg_new', type: 'message', content: [{ type: 'output_text', text: 'Hi' }] },
    ]
    expect(
      accumulate(decodeAfterStart(...wireMessage(0, wireText('Hi')), completed({ output }))).response.content,
    ).toEqual([{ type: 'text', text: 'Hi' }])
  })

  test('parts that the item counts from another number are the same parts', () => {
    const item = { id: 'msg_0', type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }
    const parts = decodeBlocks(...wireMessage(0, { ...wireText('Hi'), content_index: 1 }), {
      type: 'response.output_item.done',
      output_index: 0,
      item,
    })
    expect(parts.filter(({ type }) => type === 'delta')).toEqual([{ type: 'delta', key: 0, text: 'Hi' }])
  })

  test('text that nobody announced is text', () => {
    const parts = decodeStream(toEvents({ type: 'response.output_text.delta', delta: 'Hi' }, completed()))
    expect(accumulate(parts).response).toMatchObject({
      model: 'gpt-6-sol',
      content: [{ type: 'text', text: 'Hi' }],
    })
  })

  test('what was missing from the deltas is taken from the whole', () => {
    const parts = decodeBlocks(
      ...wireMessage(0, wireText('Hel'), { type: 'response.output_text.done', text: 'Hello' }),
    )
    expect(parts.filter(({ type }) => type === 'delta')).toMatchObject([{ text: 'Hel' }, { text: 'lo' }])
  })

  test('a whole that contradicts the deltas is warned of', () => {
    const parts = decodeBlocks(
      ...wireMessage(0, wireText('Hel'), { type: 'response.output_text.done', text: 'Bye' }),
    )
    expect(parts.find(({ type }) => type === 'warning')).toMatchObject({ warning: { code: 'repaired' } })
  })

  test('case 32: a call waits for its name, and is dropped without one', () => {
    const late = { id: 'fc_1', type: 'function_call', call_id: 'c' }
    const events = [
      { type: 'response.output_item.added', output_index: 0, item: late },
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"a":1}' },
    ]
    const named = decodeBlocks(...events, {
      type: 'response.output_item.done',
      output_index: 0,
      item: { ...late, name: 'f', arguments: '{"a":1}' },
    })
    expect(named).toMatchObject([{ block: { name: 'f', id: 'c' } }, { text: '{"a":1}' }, { type: 'close' }])
    const nameless = decodeBlocks(...events, {
      type: 'response.output_item.done',
      output_index: 0,
      item: late,
    })
    expect(nameless).toMatchObject([{ type: 'warning', warning: { code: 'dropped' } }])
  })

  test('withheld reasoning is reported once', () => {
    const input_transformations = [
      { id: 'rs_1', type: 'reasoning', action: 'removed', reason: 'model_mismatch' },
    ]
    const parts = decodeStream(
      toEvents(
        { ...CREATED, response: { ...CREATED.response, input_transformations } },
        completed({ input_transformations }),
      ),
    )
    expect(parts.filter(({ type }) => type === 'warning')).toEqual([
      {
        type: 'warning',
        warning: {
          code: 'dropped',
          path: 'input',
          message: 'The vendor withheld reasoning of an earlier turn (model_mismatch).',
          semantic: false,
        },
      },
    ])
  })

  test('the first unreadable event is left out, the second is an error', () => {
    const decoder = openaiResponses.createStreamDecoder({ ...context, target })
    const bad = { event: undefined, data: '{"type":' }
    expect(decoder.push(bad)).toMatchObject([{ type: 'warning' }])
    expect(decoder.push(bad)).toMatchObject([{ type: 'error', error: { kind: 'garbage' } }])
    expect(decoder.end()).toEqual([])
  })

  test.each(['constructor', '__proto__', 'response.something.new', ''])(
    'an event of type "%s" is ignored',
    (type) => {
      expect(decodeBlocks({ type, output_index: 0 })).toEqual([])
    },
  )

  test('[DONE] means nothing', () => {
    const decoder = openaiResponses.createStreamDecoder({ ...context, target })
    expect(decoder.push({ event: undefined, data: '[DONE]' })).toEqual([])
  })
})
