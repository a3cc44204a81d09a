import { describe, expect, it } from 'vitest'
import type { AssistantPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { ModelTraits } from '../../../src/canonical/target.js'
import { user, say, assistant, call, result, wireCall, contentsOf, signature, warningsOf } from './helpers.js'

describe('thought signatures for Gemini', () => {
  const parts = (content: readonly AssistantPart[], traits: ModelTraits = {}): unknown => {
    const contents = contentsOf([say('go'), assistant(...content), user(result('a', 'A'))], traits)
    return (contents as readonly JsonObject[])[1]?.['parts']
  }

  it('case 15: go back on the very part that they came on', () => {
    expect(
      parts([
        { type: 'reasoning', text: 'hm', state: signature('s1') },
        { type: 'text', text: 'so', state: signature('s2') },
        call('a', 'f', { state: signature('s3', 'a') }),
      ]),
    ).toEqual([
      { text: 'hm', thought: true, thoughtSignature: 's1' },
      { text: 'so', thoughtSignature: 's2' },
      { ...wireCall('a'), thoughtSignature: 's3' },
    ])
  })

  it('go from the reasoning block that carried them to the call that they name', () => {
    const carrier: AssistantPart = { type: 'reasoning', text: 'hm', state: signature('s', 'a') }
    expect(parts([carrier, call('b'), call('a')])).toEqual([
      { text: 'hm', thought: true },
      wireCall('b'),
      { ...wireCall('a'), thoughtSignature: 's' },
    ])
  })

  it('go to the next call when the client renamed the one that they name', () => {
    const carrier: AssistantPart = { type: 'reasoning', text: '', state: signature('s', 'gone') }
    expect(parts([call('b', 'f', { state: signature('own') }), carrier, call('a')])).toEqual([
      { ...wireCall('b'), thoughtSignature: 'own' },
      { ...wireCall('a'), thoughtSignature: 's' },
    ])
  })

  it('case 18: of another family are never sent', () => {
    const foreign = { family: 'anthropic', kind: 'signature', data: 'secret' } as const
    const vertex = { ...signature('secret'), family: 'google-vertex' }
    const messages = [
      say('go'),
      assistant({ type: 'reasoning', text: 'hm', state: foreign }, call('a', 'f', { state: vertex })),
    ]
    expect(JSON.stringify(contentsOf(messages))).not.toContain('secret')
    expect(warningsOf({ messages })).toEqual(['dropped reasoning'])
  })

  it('are stood in for on the first call of each step of the running turn, where they are needed', () => {
    const messages = [
      say('before'),
      assistant(call('old')),
      user(result('old', 'O')),
      say('now'),
      assistant(call('a'), call('b')),
      user(result('a', 'A'), result('b', 'B'), {
        type: 'text',
        text: '<system-reminder>x</system-reminder>',
      }),
      assistant(call('c', 'f', { state: signature('real') })),
      user(result('c', 'C')),
      assistant(call('d')),
    ]
    const signatures = (traits: ModelTraits): unknown =>
      (contentsOf(messages, traits) as readonly { parts: readonly JsonObject[] }[]).flatMap((content) =>
        content.parts.flatMap((part) =>
          part['functionCall'] === undefined ? [] : [part['thoughtSignature'] ?? null],
        ),
      )
    const standIn = 'skip_thought_signature_validator'
    // The words of the merged turn before came with a result, so the running turn begins with the first message.
    expect(signatures({ needsThoughtSignatures: true })).toEqual([standIn, standIn, null, 'real', standIn])
    expect(signatures({})).toEqual([null, null, null, 'real', null])
    expect(warningsOf({ messages: messages.slice(3) }, { needsThoughtSignatures: true })).toEqual([
      'emulated call a',
      'emulated call d',
    ])
  })

  it('are not stood in for in turns that are over', () => {
    const messages = [
      say('1'),
      assistant(call('a')),
      user(result('a', 'A')),
      assistant({ type: 'text', text: 'ok' }),
      say('2'),
    ]
    expect(JSON.stringify(contentsOf(messages, { needsThoughtSignatures: true }))).not.toContain('skip_')
  })
})
