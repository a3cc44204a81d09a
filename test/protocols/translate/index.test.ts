import { describe, expect, it } from 'vitest'
import { anthropicMessages, GatewayError, openaiChat, openaiResponses } from '../../../src/index.js'
import {
  chatBody,
  context,
  GEMINI,
  MESSAGES,
  messagesBody,
  RESPONSES,
  responsesBody,
  translate,
} from './support.js'

/** What a translation throws, in short. */
function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (thrown) {
    if (!GatewayError.isInstance(thrown)) throw thrown
    const { code, status, param, message } = thrown
    return { code, status, param, message }
  }
  return undefined
}

describe('a request', () => {
  it('goes from protocol to protocol, with what the way back needs', () => {
    const body = chatBody({ max_tokens: 9, tools: [{ type: 'function', function: { name: 'get.it' } }] })
    const translated = translate(openaiChat, MESSAGES, body)
    const name = `get_it_${context.hash('get.it', 6)}`
    expect(translated.value).toEqual({
      model: 'vendor-model',
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      tools: [{ name, input_schema: { type: 'object', properties: {} } }],
    })
    expect(translated.warnings).toEqual([])
    expect(translated.reply).toMatchObject({ body, request: translated.request, stop: [] })
    expect(translated.request.tools).toMatchObject([{ name: 'get.it' }])
    expect(translated.reply.tools.fromWire(name)?.name).toBe('get.it')
  })

  it('reports the losses of all its steps, in the words of the client', () => {
    const envelope = 'gw1.k1.eyJmIjoib3BlbmFpIn0.forged'
    const body = messagesBody({
      top_k: 3,
      stop_sequences: ['END'],
      container: 'c',
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: envelope },
            { type: 'text', text: 'so' },
          ],
        },
        { role: 'user', content: 'go on' },
      ],
    })
    const { warnings } = translate(anthropicMessages, RESPONSES, body)
    expect(warnings.map(({ code, path, semantic }) => [code, path, semantic])).toEqual([
      ['dropped', 'messages[1].content[0]', false],
      ['emulated', 'stop_sequences', false],
      ['dropped', 'container', false],
      ['dropped', 'top_k', true],
    ])
  })

  it.each([
    ['Chat', openaiChat, chatBody({ stop: 'END', seed: 1 }), RESPONSES, ['stop', 'seed']],
    [
      'Messages',
      anthropicMessages,
      messagesBody({ stop_sequences: ['END'], top_k: 3 }),
      RESPONSES,
      ['stop_sequences', 'top_k'],
    ],
    [
      'Responses',
      openaiResponses,
      responsesBody({ text: { verbosity: 'low' } }),
      MESSAGES,
      ['text.verbosity'],
    ],
  ])('names fields in its warnings as %s does', (_name, from, body, vendor, paths) => {
    expect(translate(from, vendor, body).warnings.map(({ path }) => path)).toEqual(paths)
  })

  const CACHE = { prompt_cache_key: 'k', prompt_cache_options: { mode: 'explicit' } }
  const LOST = ['prompt_cache_key', 'prompt_cache_options']

  it.each([
    ['Chat', openaiChat, chatBody({ ...CACHE, verbosity: 'low' }), 'verbosity'],
    ['Responses', openaiResponses, responsesBody({ ...CACHE, text: { verbosity: 'low' } }), 'text.verbosity'],
  ])('says exactly and everywhere the same what is lost of a %s request', (_name, from, body, verbosity) => {
    for (const vendor of [MESSAGES, GEMINI]) {
      const { warnings } = translate(from, vendor, body)
      expect(warnings.map(({ path }) => path).toSorted()).toEqual([...LOST, verbosity])
      expect(warnings.filter(({ semantic }) => semantic).map(({ path }) => path)).toEqual([verbosity])
    }
  })

  it.each([
    [
      'Responses',
      openaiResponses,
      responsesBody({ reasoning: { context: 'all_turns' } }),
      'reasoning.context',
    ],
    ['Chat', openaiChat, chatBody({ prompt_cache_options: { x: 1 } }), 'prompt_cache_options.x'],
    ['Messages', anthropicMessages, messagesBody({ metadata: { user_id: 'u', x: 1 } }), 'metadata.x'],
  ])('names the member of an object of %s that is lost', (_name, from, body, path) => {
    expect(translate(from, GEMINI, body).warnings.map((warning) => warning.path)).toContain(path)
  })

  it.each([
    ['Chat', openaiChat, chatBody({ n: 2 }), 'n'],
    ['Chat', openaiChat, chatBody({ logprobs: true }), 'logprobs'],
    ['Responses', openaiResponses, responsesBody({ top_logprobs: 2 }), 'top_logprobs'],
  ])('names the field in its errors as %s does', (_name, from, body, param) => {
    expect(thrownBy(() => translate(from, MESSAGES, body))).toEqual({
      code: 'unsupported_parameter',
      status: 400,
      param,
      message: `${param}: not supported by anthropic-messages/vendor-model`,
    })
  })
})

describe('the strict policy', () => {
  const strict = { policy: 'strict' } as const

  it.each([
    [
      'a field',
      anthropicMessages,
      messagesBody({ top_k: 3 }),
      RESPONSES,
      'top_k',
      'The parameter does not exist in this protocol.',
    ],
    [
      'a part of a tool',
      anthropicMessages,
      messagesBody({ tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }] }),
      RESPONSES,
      'tools[0].max_uses',
      'The limit of the web search has no counterpart.',
    ],
  ])('refuses a loss that may change the meaning: %s', (_kind, from, body, vendor, param, reason) => {
    expect(translate(from, vendor, body).warnings).toContainEqual(
      expect.objectContaining({ path: param, semantic: true }),
    )
    expect(thrownBy(() => translate(from, vendor, body, strict))).toEqual({
      code: 'unsupported_parameter',
      status: 400,
      param,
      message: `${param}: ${reason}`,
    })
  })

  it('lets all other losses pass', () => {
    const { warnings } = translate(
      openaiChat,
      RESPONSES,
      chatBody({ stop: 'END', logit_bias: { 5: 1 } }),
      strict,
    )
    expect(warnings.map(({ path, semantic }) => [path, semantic])).toEqual([
      ['stop', false],
      ['logit_bias', false],
    ])
  })
})

describe('the output limit', () => {
  it.each([
    ['of the client stays', 9, undefined, 9],
    ['of the client stays when its balance pays for more', 9, 50, 9],
    ['of the client shrinks to what its balance pays for', 90, 50, 50],
    ['of the balance stands in for none', undefined, 50, 50],
    ['is none when nobody names one', undefined, undefined, undefined],
  ])('%s', (_kind, asked, maxOutputTokens, sent) => {
    const body = chatBody(asked === undefined ? {} : { max_tokens: asked })
    const { value, request } = translate(openaiChat, GEMINI, body, { maxOutputTokens })
    expect(request.maxOutputTokens).toBe(sent)
    expect(value['generationConfig']).toEqual(sent === undefined ? undefined : { maxOutputTokens: sent })
  })
})

describe('media that were fetched', () => {
  const url = 'https://example.com/a.png'
  const image = chatBody({
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
  })

  it('stand in place of their URLs', () => {
    const media = new Map([[url, { mediaType: 'image/png', data: 'QUJD' }]])
    expect(translate(openaiChat, GEMINI, image, { media }).value).toEqual({
      contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'QUJD' } }] }],
    })
  })

  it.each([
    ['nothing was fetched', undefined],
    ['another was', new Map()],
  ])('are a 400 that names the part when %s', (_kind, media) => {
    const param = 'messages[0].content[0]'
    expect(thrownBy(() => translate(openaiChat, GEMINI, image, { media }))).toMatchObject({
      code: 'unsupported_parameter',
      status: 400,
      param,
    })
  })
})
