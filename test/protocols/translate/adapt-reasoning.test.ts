import { describe, expect, it } from 'vitest'
import type { AssistantPart, OpaqueState } from '../../../src/index.js'
import { hashText } from '../../../src/protocols/state-envelope.js'
import { adapt, adaptPart, assistant, call, CHAT, dropped, GEMINI, MESSAGES, type Vendor } from './support.js'

describe('reasoning', () => {
  const state = (more: Partial<OpaqueState> = {}): OpaqueState => ({
    family: 'anthropic',
    kind: 'signature',
    data: 'signed',
    ...more,
  })
  const thought = (signed: OpaqueState | undefined, text = 'hm'): AssistantPart => ({
    type: 'reasoning',
    text,
    path: 'messages[1].content[0]',
    ...(signed === undefined ? {} : { state: signed }),
  })
  const FOREIGN = dropped('messages[1].content[0]', 'Reasoning of another vendor is not sent.')
  const EDITED = dropped(
    'messages[1].content[0]',
    'The reasoning text was edited, so its signature no longer fits.',
  )

  it.each([
    ['of the same family goes back', state(), []],
    ['of the same family with its own text goes back', state({ textHash: hashText('hm') }), []],
    ['whose text was edited is left out', state({ textHash: hashText('hm!') }), [EDITED]],
    ['of another vendor is left out', state({ family: 'openai' }), [FOREIGN]],
    ['of another vendor is left out, edited or not', state({ family: 'xai', textHash: 'x' }), [FOREIGN]],
    ['without state is the codec’s business', undefined, []],
  ])('%s', (_kind, signed, warnings) => {
    const part = thought(signed)
    expect(adaptPart(part, MESSAGES)).toEqual([warnings.length === 0 ? [part] : [], warnings])
  })

  it.each([
    ['google-ai', 'google-vertex'],
    ['openai', 'xai'],
    ['chat:deepseek', 'chat:moonshot'],
  ])('of %s is not %s’s', (family, other) => {
    const vendor: Vendor = { ...CHAT, target: { ...CHAT.target, family } }
    expect(adaptPart(thought(state({ family })), vendor)[1]).toEqual([])
    expect(adaptPart(thought(state({ family: other })), vendor)[1]).toEqual([FOREIGN])
  })

  it('that is hidden is bound to an empty text', () => {
    const hidden = state({ kind: 'redacted', textHash: hashText('') })
    expect(adaptPart(thought(hidden, ''), MESSAGES)[1]).toEqual([])
    expect(adaptPart(thought(hidden, 'forged'), MESSAGES)[1]).toEqual([EDITED])
  })

  it('state of a call stays on it within its family, and leaves it for another', () => {
    const signed = call({
      state: state({ family: 'google-ai', kind: 'thought-signature' }),
      path: 'input[2]',
    })
    expect(adaptPart(signed, GEMINI)).toEqual([[signed], []])
    const { state: _state, ...bare } = signed
    expect(adaptPart(signed, MESSAGES)).toEqual([
      [bare],
      [dropped('input[2]', 'Reasoning state of another vendor is not sent.')],
    ])
  })

  it('is named by what it is where it has no path', () => {
    const { warnings } = adapt(
      {
        messages: [assistant({ type: 'reasoning', text: '', state: state() }, call({ state: state() }))],
      },
      CHAT,
    )
    expect(warnings.map(({ path }) => path)).toEqual(['reasoning', 'tool_calls'])
  })
})
