import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/index.js'
import { data, stream, whole } from '../support/calls.js'
import { createPairGateway, type ClientName } from './pair.js'

/** A search that the vendor ran: only its own clients have words for it. */
const SEARCH = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } }
const USAGE = { input_tokens: 1, output_tokens: 1 }
const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', usage: USAGE }

const events: readonly (JsonObject & { readonly type: string })[] = [
  { type: 'message_start', message: { ...MESSAGE, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: SEARCH },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Found.' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: USAGE },
  { type: 'message_stop' },
]
const STREAM = events.map((event) => `event: ${event.type}\n${data(event)}`).join('')
const WHOLE = { ...MESSAGE, content: [SEARCH, { type: 'text', text: 'Found.' }], stop_reason: 'end_turn' }

/** What is reported of an answer that holds the search. */
async function lossesOf(name: ClientName, streamed: boolean): Promise<unknown> {
  const tested = createPairGateway()
  tested.vendor.play(streamed ? stream(STREAM) : whole(WHOLE))
  const client = tested.client(name)
  const reply = await client.ask({ model: 'pair/messages', streamed, history: client.say('Search!') })
  expect(reply.text).toBe('Found.')
  return tested.warnings.map(({ warnings }) => warnings.map(({ code, path }) => `${code} ${path}`))
}

test.each<[ClientName, string]>([
  ['chat', 'dropped choices[0].message.content'],
  ['responses', 'dropped output[0]'],
])(
  'a %s client’s stream reports what of the answer it could not say, as a whole answer does',
  async (name, loss) => {
    expect(await lossesOf(name, true)).toEqual([[loss]])
    expect(await lossesOf(name, false)).toEqual([[loss]])
  },
)
