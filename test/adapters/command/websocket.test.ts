import { expect, test } from 'vitest'
import { type Message, openSocket } from '../../support/web-socket.js'
import { createConfig, open, writeTemporary } from './command.js'
import { openVendor } from './simulated-vendor/vendor.js'

const vendor = await openVendor()
const headers = { authorization: 'Bearer cm-test-key-1' }

async function serve(changes: object = {}, ...words: readonly string[]) {
  const config = { ...createConfig(vendor.baseUrls['openai-chat']), ...changes }
  const path = await writeTemporary(JSON.stringify(config))
  const session = open(['serve', '--config', path, '--port', '0', ...words])
  return { session, connect: async () => openSocket(`${await session.ready}/v1/responses`, { headers }) }
}

test.each(['node', 'express', 'fastify', 'hono'])(
  'serve takes sockets on %s, and ends after their calls',
  async (framework) => {
    const { session, connect } = await serve({}, '--framework', framework)
    const socket = await connect()
    socket.send({ type: 'response.create', model: 'mine/model', input: '[[delay:20]][[tokens:10]]' })
    expect((await socket.next()).type).toBe('response.created')
    session.stop()
    const messages: Message[] = await socket.answer()
    expect(messages.at(-1).type).toBe('response.completed')
    expect([await socket.closed, await session.exitCode]).toEqual([1001, 0])
  },
)

test('serve breaks sockets that outlive the grace time', async () => {
  const { session, connect } = await serve({}, '--grace-ms', '50')
  const socket = await connect()
  socket.send({ type: 'response.create', model: 'mine/model', input: '[[stall]]' })
  await socket.next()
  session.stop()
  expect([await socket.closed, await session.exitCode]).toEqual([1006, 0])
})

test('serve takes messages as long as its bodies may be', async () => {
  const { connect } = await serve({ maxBodyBytes: 1000 })
  const socket = await connect()
  socket.send({ type: 'response.create', model: 'mine/model', input: 'x'.repeat(2000) })
  expect(await socket.closed).toBe(1009)
})
