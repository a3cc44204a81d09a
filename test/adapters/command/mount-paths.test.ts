import { expect, it } from 'vitest'
import { mountPaths } from '../../../adapters/command/mount-paths.js'
import type { GatewayRequest, Handler } from '../../../src/index.js'

const speaker = (name: string): Handler => ({
  handle: async ({ path }) => ({ status: 200, headers: {}, body: `${name} ${path}` }),
})
const site = mountPaths(
  { '/console': speaker('console'), '/metrics': speaker('metrics') },
  speaker('gateway'),
)
const ask = async (path: string): Promise<unknown> => {
  const request: GatewayRequest = { method: 'GET', path, headers: {}, body: null }
  return (await site.handle(request)).body
}

it.each([
  ['/console', 'console /'],
  ['/console/', 'console /'],
  ['/console?tab=1', 'console /?tab=1'],
  ['/console/api/v1/session', 'console /api/v1/session'],
  ['/metrics', 'metrics /'],
  ['/consoles', 'gateway /consoles'],
  ['/v1/models', 'gateway /v1/models'],
  ['/', 'gateway /'],
])('gives %s to: %s', async (path, answer) => {
  expect(await ask(path)).toBe(answer)
})
