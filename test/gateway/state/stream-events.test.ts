import { expect, it } from 'vitest'
import { replayEvents } from '../../../src/gateway/state/replay.js'
import { editEvents } from '../../../src/gateway/state/stream-events.js'
import { event, responsesStream } from '../../support/calls.js'

const STREAM = responsesStream({ input_tokens: 1, output_tokens: 1, total_tokens: 2 })

it('leaves a stream as it is unless something is to be changed', () => {
  const seen: unknown[] = []
  for (const text of [
    STREAM.join(''),
    STREAM.join('').replaceAll('\n', '\r\n'),
    ': comment\n\n',
    'data: x\n\n',
    '',
  ]) {
    expect(editEvents(text, { onFinal: (response) => void seen.push(response['id']) })).toBe(text)
  }
  expect(seen).toEqual(['resp_1', 'resp_1'])
})

it('changes the response of every event that holds one, and nothing else', () => {
  const edit = (response: object, isFinal: boolean) => ({ ...response, id: isFinal ? 'last' : 'first' })
  const text = STREAM.map((one) => editEvents(one, { edit })).join('')
  expect(text).toContain(STREAM[1])
  const ids = [...text.matchAll(/"response":\{"id":"(\w+)"/g)].map(([, id]) => id)
  expect(ids).toEqual(['first', 'last'])
  expect(text.match(/"sequence_number":\d/g)).toEqual(
    STREAM.map((_one, index) => `"sequence_number":${index}`),
  )
})

it('is not misled by text that looks like an event', () => {
  const delta = event({
    type: 'response.output_text.delta',
    sequence_number: 1,
    delta: '"type":"response.completed"',
  })
  const edit = () => ({ id: 'wrong' })
  expect(editEvents(delta, { edit })).toBe(delta)
})

it.each([
  ['completed', 'response.completed'],
  ['incomplete', 'response.incomplete'],
  ['failed', 'response.failed'],
  ['cancelled', 'response.failed'],
])('replays a response that is %s to its end', (status, type) => {
  const item = { id: 'x_1', type: 'web_search_call', status: 'completed' }
  const events = replayEvents({ id: 'resp_1', status, output: [item] })
  expect(events.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4])
  expect(events.at(-1)?.text).toContain(`event: ${type}\n`)
})
