import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CustomTool, FunctionTool, HostedTool, ToolDefinition } from '../../../src/index.js'
import type { ToolRules } from '../../../src/protocols/protocol.js'
import { createToolTable, renameTools, type ToolTable } from '../../../src/protocols/translate/tool-table.js'
import { context, GEMINI, MESSAGES, RESPONSES } from './support.js'

/** A vendor that takes little. */
const RULES: ToolRules = {
  name: /^[a-z0-9_]+$/,
  firstCharacter: /^[a-z_]/,
  maxNameLength: 20,
  callId: /^.+$/,
  customTools: false,
  namespaces: false,
}
const hash = (text: string): string => context.hash(text, 6)

const tool = (name: string, namespace?: string): FunctionTool => ({
  type: 'function',
  name,
  ...(namespace === undefined ? {} : { namespace: { name: namespace } }),
})
const custom = (name: string, more: Partial<CustomTool> = {}): CustomTool => ({
  type: 'custom',
  name,
  ...more,
})
const tableOf = (tools: readonly ToolDefinition[], rules = RULES): ToolTable =>
  createToolTable(tools, rules, context)
/** What a vendor calls one tool that stands alone. */
const wireNameOf = (name: string, rules = RULES): string =>
  tableOf([tool(name)], rules).toWire(name, undefined).wireName

describe('the name of a tool', () => {
  it.each([
    ['is legal', 'get_weather', 'get_weather'],
    ['is as long as the vendor takes', 'x'.repeat(20), 'x'.repeat(20)],
    ['has an illegal character', 'get.weather', `get_weather_${hash('get.weather')}`],
    ['has a character of two units', 'a🌦b', `a_b_${hash('a🌦b')}`],
    ['has upper case where that is illegal', 'Get', `_et_${hash('Get')}`],
    ['has nothing legal', '天気', `___${hash('天気')}`],
    ['begins with what may not be first', '2fa', `_2fa_${hash('2fa')}`],
    ['is too long', 'x'.repeat(21), `${'x'.repeat(13)}_${hash('x'.repeat(21))}`],
    ['is too long and illegal', `a-${'x'.repeat(30)}`, `a_${'x'.repeat(11)}_${hash(`a-${'x'.repeat(30)}`)}`],
    ['is empty', '', `__${hash('')}`],
  ])('that %s: %s → %s', (_kind, name, wireName) => {
    expect(wireNameOf(name)).toBe(wireName)
  })

  it.each([
    ['Messages', MESSAGES, 'a.b', `a_b_${hash('a.b')}`],
    ['Messages', MESSAGES, '2-fa', '2-fa'],
    ['Gemini', GEMINI, 'a.b:c', 'a.b:c'],
    ['Gemini', GEMINI, '2-fa', `_2-fa_${hash('2-fa')}`],
    ['Responses', RESPONSES, 'x'.repeat(128), 'x'.repeat(128)],
    ['Responses', RESPONSES, 'x'.repeat(129), `${'x'.repeat(121)}_${hash('x'.repeat(129))}`],
  ])('for %s', (_name, { to }, name, wireName) => {
    expect(wireNameOf(name, to.upstream.tools)).toBe(wireName)
  })

  it('joins its namespace, for a vendor that has none', () => {
    const table = tableOf([tool('find', 'crm'), tool('a very long name', 'crm')])
    expect(table.toWire('find', 'crm').wireName).toBe('crm__find')
    expect(table.toWire('a very long name', 'crm').wireName).toBe(
      `crm__a_very_l_${hash('crm__a very long name')}`,
    )
  })

  it('keeps out of its namespace, for a vendor that has them', () => {
    const rules = { ...RULES, namespaces: true }
    const table = tableOf([tool('find', 'crm'), tool('find', 'mail'), tool('find')], rules)
    const entries = [
      table.toWire('find', 'crm'),
      table.toWire('find', 'mail'),
      table.toWire('find', undefined),
    ]
    expect(entries.map(({ wireName }) => wireName)).toEqual(['find', 'find', 'find'])
    expect([table.fromWire('find', 'crm'), table.fromWire('find', 'mail'), table.fromWire('find')]).toEqual(
      entries,
    )
  })

  it.each([
    ['one that becomes the other', ['a.b', 'a_b'], [`a_b_${hash('a.b')}`, 'a_b']],
    ['two that become the same', ['a.b', 'a-b'], [`a_b_${hash('a.b')}`, `a_b_${hash('a-b')}`]],
    [
      'two with the same beginning',
      [`${'x'.repeat(30)}1`, `${'x'.repeat(30)}2`],
      [`${'x'.repeat(13)}_${hash(`${'x'.repeat(30)}1`)}`, `${'x'.repeat(13)}_${hash(`${'x'.repeat(30)}2`)}`],
    ],
  ])('never meets another: %s', (_kind, names, wireNames) => {
    const table = tableOf(names.map((name) => tool(name)))
    expect(names.map((name) => table.toWire(name, undefined).wireName)).toEqual(wireNames)
  })

  it('never meets that of a tool in a namespace', () => {
    const table = tableOf([tool('find', 'crm'), tool('crm__find')])
    const entries = [table.toWire('find', 'crm'), table.toWire('crm__find', undefined)]
    expect(entries.map(({ wireName }) => wireName)).toEqual(['crm__find', `crm__find_${hash('crm__find')}`])
    expect(entries.map(({ wireName }) => table.fromWire(wireName))).toEqual(entries)
  })

  it('is made legal, too, when no tool declares it', () => {
    const table = tableOf([tool('find', 'crm')])
    expect(table.toWire('gone.by', undefined)).toEqual({
      wireName: `gone_by_${hash('gone.by')}`,
      name: 'gone.by',
      namespace: undefined,
      emulated: false,
    })
    expect(table.toWire('crm__find', undefined).wireName).not.toBe('crm__find')
    expect(table.fromWire('gone.by')).toBeUndefined()
  })

  const references = fc.uniqueArray(
    fc.record({
      name: fc.oneof(
        fc.constantFrom('a', 'b', 'a__b', 'a.b', '1', 'x'.repeat(30)),
        fc.string({ minLength: 1 }),
      ),
      namespace: fc.option(fc.constantFrom('a', 'a__b', 'ü', 'long'.repeat(9)), { nil: undefined }),
    }),
    { selector: ({ name, namespace }) => JSON.stringify([name, namespace ?? null]), maxLength: 8 },
  )

  it('is legal, leads back, and is the same every time, whatever the tools are called', () => {
    fc.assert(
      fc.property(references, (all) => {
        const tools = all.map(({ name, namespace }) => tool(name, namespace))
        const [table, again] = [tableOf(tools), tableOf(tools)]
        const wireNames = all.map(({ name, namespace }) => table.toWire(name, namespace).wireName)
        expect(wireNames).toEqual(all.map(({ name, namespace }) => again.toWire(name, namespace).wireName))
        expect(wireNames.filter((name) => !/^[a-z_][a-z0-9_]{0,19}$/.test(name))).toEqual([])
        expect(wireNames.map((name) => table.fromWire(name))).toMatchObject(all)
      }),
    )
  })
})

describe('a table is plain', () => {
  const plain: readonly (readonly [string, readonly ToolDefinition[], ToolRules, boolean])[] = [
    ['without tools', [], RULES, true],
    ['with names that stay', [tool('a'), tool('b')], RULES, true],
    ['with a name that changes', [tool('a'), tool('b.c')], RULES, false],
    ['with a namespace that is flattened', [tool('a', 'n')], RULES, false],
    ['with a namespace that stays', [tool('a', 'n')], { ...RULES, namespaces: true }, true],
    ['with a free-text tool that is emulated', [custom('a')], RULES, false],
    ['with a free-text tool that stays', [custom('a')], { ...RULES, customTools: true }, true],
  ]
  it.each(plain)('%s', (_kind, tools, rules, isPlain) => {
    expect(tableOf(tools, rules).plain).toBe(isPlain)
  })
})

describe('tools for the vendor', () => {
  const rename = (tools: readonly ToolDefinition[], rules = RULES): unknown =>
    renameTools(tools, tableOf(tools, rules), rules)

  it('have their new names, and all else as it was', () => {
    const parameters = { type: 'object', properties: { q: { type: 'string' } } }
    const cache = { life: 'short' } as const
    const find: FunctionTool = {
      ...tool('find', 'crm'),
      description: 'Finds',
      parameters,
      strict: true,
      cache,
    }
    const hosted: HostedTool = {
      type: 'hosted',
      kind: 'web-search',
      name: 'web.search',
      protocol: 'gemini',
      value: { googleSearch: {} },
    }
    const { namespace: _namespace, ...rest } = find
    expect(rename([find, hosted])).toEqual({ tools: [{ ...rest, name: 'crm__find' }, hosted], warnings: [] })
    const kept = { ...RULES, namespaces: true }
    expect(rename([find, hosted], kept)).toEqual({ tools: [find, hosted], warnings: [] })
  })

  const parameters = {
    type: 'object',
    properties: { input: { type: 'string' } },
    required: ['input'],
    additionalProperties: false,
  }
  const grammar = { syntax: 'lark', definition: 'start: "x"' }
  const rule = 'The input must match this lark grammar:\nstart: "x"'
  const emulated = {
    code: 'emulated',
    message: 'The grammar is described to the model, not enforced.',
    semantic: false,
  }

  it.each([
    ['alone', {}, {}, []],
    ['with a description', { description: 'Patches' }, { description: 'Patches' }, []],
    ['with a grammar', { grammar }, { description: rule }, [{ ...emulated, path: 'tools' }]],
    [
      'with both',
      { grammar, description: 'Patches', path: 'tools[3]' },
      { description: `Patches\n\n${rule}`, path: 'tools[3]' },
      [{ ...emulated, path: 'tools[3]' }],
    ],
  ])('are functions of one string in place of free text, %s', (_kind, more, seen, warnings) => {
    expect(rename([custom('patch', more)])).toEqual({
      tools: [{ type: 'function', name: 'patch', parameters, ...seen }],
      warnings,
    })
  })

  it('take free text where the vendor does', () => {
    const patch = custom('patch', { grammar })
    expect(rename([patch], { ...RULES, customTools: true })).toEqual({ tools: [patch], warnings: [] })
  })
})
