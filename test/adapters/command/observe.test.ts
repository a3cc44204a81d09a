import { expect, test } from 'vitest'
import { eventually } from '../../contracts/http-server.js'
import { open, postChat, say } from './command.js'

const TOKEN = 'token-of-prometheus'
const start = async (...flags: string[]) => {
  const session = open(['start', '--port', '0', '--memory', ...flags], { CROSSMODEL_METRICS_TOKEN: TOKEN })
  const url = await session.ready
  return { session, url, key: /cm-[\w-]+/.exec(session.output.join('\n'))?.[0] ?? '' }
}
const body = { model: 'simulated/chat', messages: say('The words of a prompt') }

test('--metrics counts calls for Prometheus, and shows them by its token only', async () => {
  const { url, key } = await start('--metrics')
  await postChat(url, key, body)
  const read = (headers: Record<string, string>) => fetch(`${url}/metrics`, { headers })
  const metrics = await (await read({ authorization: `Bearer ${TOKEN}` })).text()
  expect(metrics).toMatch(/_requests_total\{[^}]*model="simulated\/chat"[^}]*\} 1\n/)
  const refused = [
    {},
    { authorization: `Bearer ${TOKEN}x` },
    { authorization: TOKEN },
    { 'x-api-key': TOKEN },
  ]
  for (const headers of refused) {
    const answer = await read(headers as Record<string, string>)
    expect([answer.status, await answer.text()]).toEqual([401, ''])
  }
  expect((await read({ authorization: `Bearer ${key}` })).status).toBe(401)
})

test.each([{}, { CROSSMODEL_METRICS_TOKEN: '' }, { CROSSMODEL_METRICS_TOKEN: 'fifteen-letters' }])(
  '--metrics does not start without a token: %j',
  async (environment) => {
    const session = open(
      ['start', '--port', '0', '--memory', '--metrics'],
      environment as Record<string, string>,
    )
    expect(await session.exitCode).toBe(2)
    expect(session.errors.join()).toMatch(/CROSSMODEL_METRICS_TOKEN/)
    expect(session.output).toEqual([])
  },
)

test('--log writes a line of JSON for each call, without its words and its key', async () => {
  const { session, url, key } = await start('--log')
  const before = session.output.length
  await postChat(url, key, body)
  await eventually(() => session.output.length > before)
  expect(session.output).toHaveLength(before + 1)
  const line = session.output.at(-1) ?? ''
  expect(JSON.parse(line)).toMatchObject({ level: 'info', message: 'call', model: 'simulated/chat' })
  expect(line).not.toMatch(/words of a prompt/)
  expect(line).not.toContain(key)
})

test('without them there are neither metrics nor lines', async () => {
  const { session, url, key } = await start()
  const before = session.output.length
  await postChat(url, key, body)
  expect((await fetch(`${url}/metrics`)).status).toBe(404)
  expect(session.output.length).toBe(before)
})
