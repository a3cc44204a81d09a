import { describe, expect, it } from 'vitest'
import type { CanonicalRequest } from '../../../src/index.js'
import { dropForeignExtensions } from '../../../src/protocols/translate/drop-extensions.js'
import { requestOf } from './support.js'

const OWN = { 'openai-chat': { logit_bias: { '5': 1 }, $kept: 1 } }
const FOREIGN = { 'anthropic-messages': { container: 'c', $envelope: true, speed: 'fast' } }

const dropped = (path: string): unknown => ({
  code: 'dropped',
  path,
  message: 'The vendor speaks another protocol, which has no such field.',
  semantic: false,
})

const drop = (request: Partial<CanonicalRequest>): ReturnType<typeof dropForeignExtensions> =>
  dropForeignExtensions(requestOf(request), 'openai-chat')

describe('fields of another protocol', () => {
  it('are taken out of the request with a warning each, but for those that a codec keeps for itself', () => {
    expect(drop({ extensions: { ...OWN, ...FOREIGN } })).toEqual({
      request: requestOf({ extensions: OWN }),
      warnings: [dropped('container'), dropped('speed')],
    })
  })

  it.each([
    ['system', { role: 'system', content: [] }],
    ['user', { role: 'user', content: [] }],
    ['assistant', { role: 'assistant', content: [] }],
  ] as const)('are taken out of a message of the %s', (_role, message) => {
    const path = 'messages[4]'
    expect(drop({ messages: [{ ...message, path, extensions: { ...OWN, ...FOREIGN } }] })).toEqual({
      request: requestOf({ messages: [{ ...message, path, extensions: OWN }] }),
      warnings: [dropped('messages[4].container'), dropped('messages[4].speed')],
    })
  })

  it('are taken out of tools', () => {
    const hosted = { type: 'hosted', kind: 'other', protocol: 'gemini', value: { x: 1 } } as const
    const tools = [{ type: 'function', name: 'f', path: 'tools[0]', extensions: FOREIGN }, hosted] as const
    expect(drop({ tools })).toEqual({
      request: requestOf({ tools: [{ type: 'function', name: 'f', path: 'tools[0]' }, hosted] }),
      warnings: [dropped('tools[0].container'), dropped('tools[0].speed')],
    })
  })

  it('are named by their list where they have no path', () => {
    const { warnings } = drop({
      messages: [{ role: 'user', content: [], extensions: { gemini: { x: 1 } } }],
      tools: [{ type: 'custom', name: 'p', extensions: { gemini: { y: 1 } } }],
    })
    expect(warnings).toEqual([dropped('messages.x'), dropped('tools.y')])
  })

  it('are named with their members where they are the rest of an object', () => {
    const extensions = { 'openai-responses': { reasoning: { context: 'all', mode: 'pro' }, other: { a: 1 } } }
    const { warnings } = dropForeignExtensions(
      requestOf({ extensions, messages: [{ role: 'user', content: [], extensions }] }),
      'openai-chat',
      new Set(['reasoning']),
    )
    expect(warnings.map(({ path }) => path)).toEqual([
      'messages.reasoning',
      'messages.other',
      'reasoning.context',
      'reasoning.mode',
      'other',
    ])
  })

  it('are not missed when there are none', () => {
    const request = requestOf({
      messages: [{ role: 'user', content: [], extensions: OWN }],
      tools: [{ type: 'function', name: 'f' }],
      extensions: OWN,
    })
    expect(dropForeignExtensions(request, 'openai-chat')).toEqual({ request, warnings: [] })
  })
})
