import { describe, expect, it } from 'vitest'
import type { Message } from '../../../src/canonical/request.js'
import { user, say, assistant, call, result, contentsOf, encode, warningsOf } from './helpers.js'

describe('conversations for Gemini', () => {
  it('puts leading instructions apart, one part each, and merges what follows on one side', () => {
    const messages: readonly Message[] = [
      { role: 'system', content: [{ type: 'text', text: 'A' }] },
      { role: 'system', content: [{ type: 'text', text: 'B' }], authority: 'developer' },
      say('1'),
      say('2'),
      assistant({ type: 'text', text: '3' }),
      assistant({ type: 'refusal', text: '4' }),
      say('5'),
    ]
    expect(encode({ messages })).toEqual({
      systemInstruction: { parts: [{ text: 'A' }, { text: 'B' }] },
      contents: [
        { role: 'user', parts: [{ text: '1' }, { text: '2' }] },
        { role: 'model', parts: [{ text: '3' }, { text: '4' }] },
        { role: 'user', parts: [{ text: '5' }] },
      ],
    })
  })

  it('keeps a later instruction where it stands, as marked text of the user', () => {
    const messages: readonly Message[] = [
      say('1'),
      assistant({ type: 'text', text: '2' }),
      { role: 'system', content: [{ type: 'text', text: 'Now!' }], path: 'messages[2]' },
    ]
    expect(contentsOf(messages)).toContainEqual({
      role: 'user',
      parts: [{ text: '<system-reminder>\nNow!\n</system-reminder>' }],
    })
    expect(warningsOf({ messages })).toEqual(['emulated messages[2]'])
  })

  it('case 23: sends no empty text, and no message that says nothing', () => {
    const messages = [say('1'), assistant({ type: 'text', text: '' }), say(''), say('2')]
    expect(contentsOf(messages)).toEqual([{ role: 'user', parts: [{ text: '1' }, { text: '2' }] }])
  })

  it.each<[string, readonly Message[], unknown]>([
    [
      'that the model begins',
      [assistant({ type: 'text', text: '1' })],
      [
        { role: 'user', parts: [{ text: '(continue)' }] },
        { role: 'model', parts: [{ text: '1' }] },
      ],
    ],
    ['of instructions alone', [], [{ role: 'user', parts: [{ text: '(continue)' }] }]],
  ])('begins a conversation %s with the user', (_, messages, contents) => {
    expect(contentsOf(messages)).toEqual(contents)
    expect(warningsOf({ messages })).toEqual(['repaired $messages'])
  })

  it('asks a model that takes no prefill to go on', () => {
    const messages = [say('1'), assistant({ type: 'text', text: '2' })]
    expect(contentsOf(messages)).toHaveLength(2)
    expect(contentsOf(messages, { prefill: false })).toHaveLength(3)
    expect(warningsOf({ messages }, { prefill: false })).toEqual(['emulated $messages!'])
  })

  it('a longer history begins with the same bytes', () => {
    const history = [
      say('1'),
      assistant(call('a')),
      user(result('a', 'r')),
      assistant({ type: 'text', text: '2' }),
    ]
    const lengths = history.map((_, at) => history.slice(0, at + 1))
    const bodies = [...lengths, [...history, say('3')]].map((messages) =>
      JSON.stringify(contentsOf(messages)),
    )
    for (let at = 1; at < bodies.length; at++) {
      expect(bodies[at]?.startsWith(bodies[at - 1]?.slice(0, -1) ?? '?')).toBe(true)
    }
  })
})
