import { describe, expect, it } from 'vitest'
import { accumulate, openaiChat, type StreamPart, unfoldResponse } from '../../../src/index.js'
import { FACTS } from '../../laws/support/protocols.js'
import { chatBody, GEMINI, MESSAGES, RESPONSES, translate, type Vendor } from '../translate/support.js'
import {
  chunk,
  createDecodeContext,
  createEncodeContext,
  deltasOf,
  encodeStream,
  foldStream,
} from './support.js'

const SPOKEN = [
  chunk({ role: 'assistant', content: null }),
  chunk({ audio: { id: 'a_1', data: 'UklG' } }),
  chunk({ audio: { transcript: 'Hel' } }),
  chunk({ audio: { data: 'Rg==', transcript: 'lo' } }),
  chunk({}, 'stop'),
]
const AUDIO = { id: 'a_1', data: 'UklGRg==', transcript: 'Hello' }
const WHOLE = {
  id: 'chatcmpl-1',
  created: 1_700_000_000,
  model: 'vendor-model',
  choices: [{ index: 0, message: { role: 'assistant', content: null, audio: AUDIO }, finish_reason: 'stop' }],
}

describe('spoken answers', () => {
  const whole = openaiChat.decodeResponse(WHOLE, createDecodeContext()).value

  it('mean the same streamed and whole, their words too', () => {
    const { response, warnings } = foldStream(SPOKEN)
    expect(response).toEqual(whole)
    expect(whole.content).toEqual([{ type: 'generated-audio', ...AUDIO }])
    expect(warnings).toEqual([])
  })

  it('survive being taken apart and put together', () => {
    expect(accumulate(unfoldResponse(whole)).response).toEqual(whole)
  })

  it('are written with their words beside the sound', () => {
    const deltas = deltasOf(encodeStream(unfoldResponse(whole)))
    const audio = deltas.flatMap((delta) => (delta['audio'] === undefined ? [] : [delta['audio']]))
    expect(audio).toEqual([{ id: 'a_1' }, { data: 'UklGRg==' }, { transcript: 'Hello' }])
    expect(deltas.map((delta) => delta['content']).filter(Boolean)).toEqual([])
    const { value } = openaiChat.encodeResponse(whole, createEncodeContext())
    expect(value).toMatchObject({ choices: [{ message: { audio: { ...AUDIO, expires_at: 0 } } }] })
  })

  it.each([RESPONSES, MESSAGES])('are given as their words to clients that hear nothing', ({ to }) => {
    const encoder = to.createStreamEncoder({ ...createEncodeContext(), ...FACTS })
    const text = unfoldResponse(whole)
      .map((part: StreamPart) => encoder.push(part))
      .join('')
    expect(text).toContain('Hello')
    expect(text).not.toContain('UklGRg==')
    expect(encoder.warnings).toHaveLength(1)
    expect(to.encodeResponse(whole, { ...createEncodeContext(), ...FACTS })).toMatchObject({
      warnings: encoder.warnings,
    })
  })
})

describe('a request for sound', () => {
  const body = chatBody({ modalities: ['text', 'audio'] })

  it.each<[string, Vendor]>([
    ['Responses', RESPONSES],
    ['Messages', MESSAGES],
  ])('is refused for %s, which answers in words only; pictures are a loss of meaning', (_name, vendor) => {
    expect(() => translate(openaiChat, vendor, body)).toThrow('modalities: not supported')
    expect(translate(openaiChat, vendor, chatBody({ modalities: ['text'] })).warnings).toEqual([])
    const pictures = chatBody({ modalities: ['text', 'image'] })
    const lost = { code: 'dropped', path: 'modalities', semantic: true }
    expect(translate(openaiChat, vendor, pictures).warnings).toMatchObject([lost])
  })

  it('is said to Gemini', () => {
    const { value, warnings } = translate(openaiChat, GEMINI, body)
    expect(value).toMatchObject({ generationConfig: { responseModalities: ['TEXT', 'AUDIO'] } })
    expect(warnings).toEqual([])
  })

  it('with a word that is not known is left to the vendors of this protocol', () => {
    const { warnings } = translate(openaiChat, GEMINI, chatBody({ modalities: ['smell'] }))
    expect(warnings).toMatchObject([{ path: 'modalities' }])
  })
})
