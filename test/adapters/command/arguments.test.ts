import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../../adapters/command/arguments.js'

const DEFAULTS = { port: undefined, host: '127.0.0.1', framework: 'node', graceMs: 7000 }

describe('parseArguments', () => {
  test('reads serve with all its flags', () => {
    const line = 'serve --config a.json --port 0 --host ::1 --framework hono --grace-ms 50'
    expect(parseArguments(line.split(' '))).toEqual({
      type: 'serve',
      configPath: 'a.json',
      port: 0,
      host: '::1',
      framework: 'hono',
      graceMs: 50,
    })
  })

  test('starts with defaults, also without a command', () => {
    expect(parseArguments(['start'])).toEqual({ type: 'start', ...DEFAULTS })
    expect(parseArguments([])).toEqual({ type: 'start', ...DEFAULTS })
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
    ['start now', "unexpected argument 'now'"],
    ['start --colour', '--colour'],
    ['start --port', '--port'],
    ['start --port 65536', '65535'],
    ['start --port -1', '--port'],
    ['start --port http', "'http'"],
    ['start --grace-ms 1.5', '--grace-ms'],
    ['start --framework koa', 'node, express, fastify, hono'],
  ])('refuses %j and says why', (line, reason) => {
    expect(() => parseArguments(line.split(' '))).toThrow(reason)
  })
})
