import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createModelResolver } from '../../src/models/resolver.js'
import { createEntry } from './entries.js'

const resolver = createModelResolver({
  models: [
    createEntry('openai/gpt-5.5'),
    createEntry('anthropic/claude-sonnet-4-6'),
    createEntry('minimax/MiniMax-M2.5'),
    createEntry('xiaomi/mimo[1m]'),
    createEntry('xiaomi/mimo'),
    createEntry('dot/m-1.2', { displayName: 'dotted' }),
    createEntry('dot/m-1-2', { displayName: 'dashed' }),
    createEntry('openai/*', {
      candidates: [
        { upstream: 'openai', model: '*' },
        { upstream: 'router', model: 'openai/*' },
      ],
      price: 'free',
      displayName: 'Everything',
    }),
  ],
  aliases: {
    fast: 'openai/gpt-5.5',
    faster: 'fast',
    smart: 'anthropic/claude-sonnet-4.6',
    any: 'openai/some-model',
    nowhere: 'gone/model',
    ping: 'pong',
    pong: 'ping',
    self: 'self',
    'openai/gpt-5.5': 'anthropic/claude-sonnet-4-6',
  },
})

const findId = (requested: string, accountAliases?: Readonly<Record<string, string>>) =>
  resolver.resolve(requested, accountAliases)?.model.id ?? null

describe('createModelResolver', () => {
  it.each([
    ['an exact id', 'openai/gpt-5.5', 'openai/gpt-5.5'],
    ['an exact id before an alias of that name', 'openai/gpt-5.5', 'openai/gpt-5.5'],
    ['an exact id with a context suffix of its own', 'xiaomi/mimo[1m]', 'xiaomi/mimo[1m]'],
    [
      'an id with the suffix of Claude Code',
      'anthropic/claude-sonnet-4-6[1m]',
      'anthropic/claude-sonnet-4-6',
    ],
    ['a global alias', 'fast', 'openai/gpt-5.5'],
    ['an alias with the suffix of Claude Code', 'smart[1m]', 'anthropic/claude-sonnet-4-6'],
    ['an alias of an alias', 'faster', 'openai/gpt-5.5'],
    ['an alias of another spelling', 'smart', 'anthropic/claude-sonnet-4-6'],
    ['an alias of a wildcard model', 'any', 'openai/some-model'],
    ['the dotted spelling of a dashed id', 'anthropic/claude-sonnet-4.6', 'anthropic/claude-sonnet-4-6'],
    ['the dashed spelling of a dotted id', 'openai/gpt-5-5', 'openai/gpt-5.5'],
    ['another case', 'minimax/minimax-m2.5', 'minimax/MiniMax-M2.5'],
    ['a model of a wildcard', 'openai/gpt-7', 'openai/gpt-7'],
    ['one of two ids that differ in spelling only', 'dot/m-1.2', 'dot/m-1.2'],
    ['the other of them', 'dot/m-1-2', 'dot/m-1-2'],
  ])('finds %s', (_, requested, id) => {
    expect(findId(requested)).toBe(id)
  })

  it.each([
    ['an unknown model', 'gone/model'],
    ['a model without vendor', 'gpt-5.5'],
    ['a wildcard by its own name', 'openai/*'],
    ['an alias that leads nowhere', 'nowhere'],
    ['an alias of itself', 'self'],
    ['aliases in a circle', 'ping'],
    ['a spelling that fits two models', 'DOT/M-1.2'],
    ['the empty name', ''],
  ])('finds nothing for %s', (_, requested) => {
    expect(findId(requested)).toBeNull()
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'openai/__proto__x/../'])(
    'is not fooled by %j',
    (name) => {
      expect(findId(name)).toBe(name.startsWith('openai/') ? name : null)
      expect(findId(name, {})).toBe(name.startsWith('openai/') ? name : null)
    },
  )

  it('prefers an alias of the account to a global one', () => {
    expect(findId('fast', { fast: 'minimax/MiniMax-M2.5' })).toBe('minimax/MiniMax-M2.5')
    expect(findId('mine', { mine: 'faster' })).toBe('openai/gpt-5.5')
  })

  it('says how the client wrote it', () => {
    expect(resolver.resolve('faster')?.requestedAs).toBe('faster')
    expect(resolver.resolve('openai/gpt-5-5')?.requestedAs).toBe('openai/gpt-5-5')
  })

  it('puts the model that was asked for into the candidates of a wildcard', () => {
    expect(resolver.resolve("openai/gpt-$&-'x'[1m]")).toEqual({
      requestedAs: "openai/gpt-$&-'x'[1m]",
      model: {
        id: "openai/gpt-$&-'x'",
        candidates: [
          { upstream: 'openai', model: "gpt-$&-'x'" },
          { upstream: 'router', model: "openai/gpt-$&-'x'" },
        ],
        price: 'free',
        displayName: undefined,
        isOfWildcard: true,
      },
    })
  })

  it('takes the first of two models with the same id', () => {
    const models = [
      createEntry('a/b', { displayName: 'first' }),
      createEntry('a/b', { displayName: 'second' }),
    ]
    expect(createModelResolver({ models }).resolve('a/b')?.model.displayName).toBe('first')
  })

  it('ends for any aliases and any name', () => {
    const word = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'x/y')
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word)), word, (pairs, name) => {
        const aliases = Object.fromEntries(pairs)
        const found = createModelResolver({ models: [createEntry('x/y')], aliases }).resolve(name, aliases)
        expect([undefined, 'x/y']).toContain(found?.model.id)
      }),
    )
  })
})
