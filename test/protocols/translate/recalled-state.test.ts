import { describe, expect, it } from 'vitest'
import type { AssistantPart, CanonicalRequest, ReasoningPart, ToolCallPart } from '../../../src/index.js'
import {
  collectReasoning,
  findBareCalls,
  restoreReasoning,
} from '../../../src/protocols/translate/recalled-state.js'

const thought = (text: string): ReasoningPart => ({ type: 'reasoning', text })
const callOf = (id: string, more: Partial<ToolCallPart> = {}): ToolCallPart => ({
  type: 'tool-call',
  id,
  name: 'look',
  kind: 'function',
  input: '{}',
  ...more,
})
const text = (words: string): AssistantPart => ({ type: 'text', text: words })
const state = { family: 'a', kind: 'thought-signature', data: 'x' } as const

function requestOf(...content: readonly AssistantPart[]): CanonicalRequest {
  const user = { role: 'user', content: [{ type: 'text', text: 'hi' }] } as const
  return { model: 'm', stream: false, messages: [user, { role: 'assistant', content }] }
}

const ANSWER = [
  thought('one'),
  text('words'),
  callOf('c1'),
  thought('two'),
  callOf('c2', { state }),
  callOf('c3'),
]
const KEPT = collectReasoning(ANSWER, 'a')

describe('the reasoning of an answer', () => {
  it('is kept for each call: what came since the call before', () => {
    expect([...KEPT]).toEqual([
      ['c1', { family: 'a', reasoning: [thought('one')] }],
      ['c2', { family: 'a', reasoning: [thought('two')], state }],
    ])
  })

  it('is put back where it was', () => {
    const bare = requestOf(text('words'), callOf('c1'), callOf('c2'), callOf('c3'))
    expect(findBareCalls(bare, false)).toEqual(['c1', 'c2', 'c3'].map((id) => ({ id, messageIndex: 1 })))
    expect(restoreReasoning(bare, KEPT, 'a')).toEqual(requestOf(...ANSWER))
  })

  it('is left as the client has brought it back, or has none', () => {
    for (const content of [ANSWER, [text('words')], [callOf('unknown')], [callOf('c2', { state })]]) {
      const request = requestOf(...content)
      expect(restoreReasoning(request, KEPT, 'a')).toEqual(request)
    }
  })

  it('is asked for where the client has only its words, unless the vendor takes those', () => {
    const inWords = requestOf(thought('one'), callOf('c1'))
    expect(findBareCalls(inWords, true)).toEqual([])
    expect(findBareCalls(inWords, false)).toEqual([{ id: 'c1', messageIndex: 1 }])
    const whole = requestOf({ ...thought('one'), state }, callOf('c1'))
    expect(findBareCalls(whole, false)).toEqual([])
  })

  it('gets its state again where the client has brought back its words alone, however they are joined', () => {
    const [first, second] = [{ ...thought('one'), state }, thought('more')]
    const kept = collectReasoning([first, second, callOf('c1', { state })], 'a')
    expect(
      restoreReasoning(requestOf(thought('one\n\nmore'), text('words'), callOf('c1')), kept, 'a'),
    ).toEqual(requestOf(first, second, text('words'), callOf('c1', { state })))
  })

  it('stays as the client has changed it, and its call gets its own state', () => {
    const kept = collectReasoning([{ ...thought('one'), state }, callOf('c1', { state })], 'a')
    expect(restoreReasoning(requestOf(thought('mine'), callOf('c1')), kept, 'a')).toEqual(
      requestOf(thought('mine'), callOf('c1', { state })),
    )
  })

  it('is of one family only', () => {
    const bare = requestOf(callOf('c1'))
    expect(restoreReasoning(bare, KEPT, 'b')).toEqual(bare)
  })
})
