import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../../adapters/command/arguments.js'

const DEFAULTS = {
  port: undefined,
  host: '127.0.0.1',
  framework: 'node',
  graceMs: 7000,
  idleConnectionMs: 65_000,
  metrics: false,
  log: false,
}

describe('parseArguments', () => {
  test('reads serve with all its flags', () => {
    const line =
      'serve --config a.json --port 0 --host ::1 --framework hono --grace-ms 50 --idle-ms 620000 --metrics --log'
    expect(parseArguments(line.split(' '))).toEqual({
      type: 'serve',
      configPath: 'a.json',
      port: 0,
      host: '::1',
      framework: 'hono',
      graceMs: 50,
      idleConnectionMs: 620_000,
      metrics: true,
      log: true,
    })
  })

  test('starts with defaults, also without a command', () => {
    const start = { type: 'start', dataPath: './.crossmodel', ...DEFAULTS }
    expect(parseArguments(['start'])).toEqual(start)
    expect(parseArguments([])).toEqual(start)
    expect(parseArguments(['--data', '/x'])).toEqual({ ...start, dataPath: '/x' })
    expect(parseArguments(['start', '--memory'])).toEqual({ ...start, dataPath: null })
  })

  test.each([
    [
      'accounts create --config a.json --account x --name X',
      { type: 'create-account', account: 'x', name: 'X' },
    ],
    ['keys create --config a.json --account x', { type: 'create-key', account: 'x', name: undefined }],
    [
      'topup --config a.json --account x --usd 12.50 --id pay_1',
      { type: 'top-up', account: 'x', usd: '12.50', externalId: 'pay_1' },
    ],
    ['verify --config a.json', { type: 'verify' }],
  ])('reads %s', (line, task) => {
    expect(parseArguments(line.split(' '))).toEqual({ type: 'manage', configPath: 'a.json', task })
  })

  test.each([
    ['--help', 'help'],
    ['serve -h', 'help'],
    ['--version', 'version'],
  ])('%s is %s', (line, type) => {
    expect(parseArguments(line.split(' '))).toEqual({ type })
  })

  test.each([
    ['serve', 'needs --config'],
    ['start --config a.json', 'takes no --config'],
    ['run', "no command 'run'"],
    ['start now', "no command 'start now'"],
    ['toString', "no command 'toString'"],
    ['serve --config a.json --memory', 'serve takes no --memory'],
    ['keys create --config a.json', 'keys create needs --account'],
    ['topup --config a.json --account x --usd 1', 'topup needs --id'],
    ['verify --config a.json --port 1', 'verify takes no --port'],
    ['start --colour', '--colour'],
    ['start --port', '--port'],
    ['start --port 65536', '65535'],
    ['start --port -1', '--port'],
    ['start --port http', "'http'"],
    ['start --grace-ms 1.5', '--grace-ms'],
    ['start --idle-ms 86400001', '86400000'],
    ['start --framework koa', 'node, express, fastify, hono'],
  ])('refuses %j and says why', (line, reason) => {
    expect(() => parseArguments(line.split(' '))).toThrow(reason)
  })
})
