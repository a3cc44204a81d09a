import { describe, expect, it } from 'vitest'
import type { AssistantPart, ToolResultPart, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest, Message } from '../../../src/canonical/request.js'
import type { ModelTraits } from '../../../src/canonical/target.js'
import { GatewayError } from '../../../src/errors.js'
import { gemini } from '../../../src/protocols/gemini/index.js'
import { context, encode, inShort, requestOf, signature, targetOf, warningsOf } from './helpers.js'

const user = (...content: readonly UserPart[]): Message => ({ role: 'user', content, path: 'messages[u]' })
const say = (text: string): Message => user({ type: 'text', text })
const assistant = (...content: readonly AssistantPart[]): Message => ({ role: 'assistant', content })
const call = (id: string, name = 'f', more: object = {}): AssistantPart => ({
  type: 'tool-call',
  id,
  name,
  kind: 'function',
  input: '{"x":1}',
  path: `call ${id}`,
  ...more,
})
const result = (toolCallId: string, text: string, more: Partial<ToolResultPart> = {}): ToolResultPart => ({
  type: 'tool-result',
  toolCallId,
  kind: 'function',
  content: [{ type: 'text', text }],
  path: `result ${toolCallId}`,
  ...more,
})
const wireCall = (id: string, name = 'f'): JsonObject => ({ functionCall: { id, name, args: { x: 1 } } })
const wireResult = (id: string, response: JsonObject, name = 'f'): JsonObject => ({
  functionResponse: { id, name, response },
})
const contentsOf = (messages: readonly Message[], traits: ModelTraits = {}): unknown =>
  encode({ messages }, traits)['contents']

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

describe('calls and results for Gemini', () => {
  it('cases 19, 20: puts all results of a turn together, before what the user says', () => {
    const messages = [
      say('go'),
      assistant(call('a'), call('b', 'g')),
      user({ type: 'text', text: 'by the way' }),
      user(result('b', 'B')),
      user(result('a', 'A')),
    ]
    expect(contentsOf(messages)).toEqual([
      { role: 'user', parts: [{ text: 'go' }] },
      { role: 'model', parts: [wireCall('a'), wireCall('b', 'g')] },
      {
        role: 'user',
        parts: [
          wireResult('b', { output: 'B' }, 'g'),
          wireResult('a', { output: 'A' }),
          { text: 'by the way' },
        ],
      },
    ])
  })

  it('case 21: results of calls of one name go to the call whose id they bear', () => {
    const messages = [say('go'), assistant(call('a'), call('b')), user(result('b', 'B'), result('a', 'A'))]
    expect(contentsOf(messages)).toMatchObject([
      {},
      {},
      { parts: [wireResult('b', { output: 'B' }), wireResult('a', { output: 'A' })] },
    ])
  })

  it.each<[string, ToolResultPart, JsonObject]>([
    ['words', result('a', 'fine'), { output: 'fine' }],
    ['nothing', result('a', ''), { output: '' }],
    ['an error', result('a', 'bad', { isError: true }), { error: 'bad' }],
    ['an object', result('a', '{"t":[1,{}]}'), { t: [1, {}] }],
    ['an object that JSON would write otherwise', result('a', '{ "t": 1 }'), { output: '{ "t": 1 }' }],
    [
      'a number that would lose digits',
      result('a', '{"t":12345678901234567890}'),
      { output: '{"t":12345678901234567890}' },
    ],
    ['a reference', result('a', '{"$ref":"x"}'), { output: '{"$ref":"x"}' }],
    ['words that look wrapped', result('a', '{"output":"x"}'), { output: '{"output":"x"}' }],
    [
      'a search result',
      result('a', '', {
        content: [{ type: 'search-result', source: 's', title: 'T', content: [{ type: 'text', text: 'b' }] }],
      }),
      { output: '[T](s)\nb' },
    ],
  ])('gives back %s', (_, part, response) => {
    expect(contentsOf([say('go'), assistant(call('a')), user(part)])).toMatchObject([
      {},
      {},
      { parts: [wireResult('a', response)] },
    ])
  })

  it('case 24: a picture of a result stays inside where the model takes it, else it follows', () => {
    const image = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' } } as const
    const inlineData = { mimeType: 'image/png', data: 'aW1n' }
    const messages = [say('go'), assistant(call('a')), user({ ...result('a', ''), content: [image] })]
    expect(contentsOf(messages, { mediaInToolResults: true })).toMatchObject([
      {},
      {},
      {
        parts: [{ functionResponse: { response: { output: '[media attached]' }, parts: [{ inlineData }] } }],
      },
    ])
    expect(contentsOf(messages)).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { response: { output: '[media attached]' } } }, { inlineData }] },
    ])
    expect(warningsOf({ messages })).toEqual(['moved result a'])
  })

  it('answers a call that nobody answered, and says a result without a call in words', () => {
    const messages = [
      say('go'),
      assistant(call('a'), call('b')),
      user(result('zzz', 'lost'), result('a', 'A')),
    ]
    expect(contentsOf(messages)).toMatchObject([
      {},
      {},
      {
        parts: [
          wireResult('a', { output: 'A' }),
          wireResult('b', { error: '[no result]' }),
          { text: 'lost' },
        ],
      },
    ])
    expect(warningsOf({ messages })).toEqual(['repaired result zzz', 'repaired call b'])
  })

  it('moves a result that came later to its call', () => {
    const messages = [
      say('go'),
      assistant(call('a'), call('b')),
      user(result('a', 'A')),
      assistant({ type: 'text', text: 'waiting' }),
      user(result('b', 'B')),
    ]
    expect(contentsOf(messages)).toMatchObject([
      {},
      {},
      { parts: [wireResult('a', { output: 'A' }), wireResult('b', { output: 'B' })] },
      { role: 'model' },
    ])
    expect(warningsOf({ messages })).toEqual(['moved call b'])
  })

  it('leaves calls at the end of a conversation open', () => {
    expect(contentsOf([say('go'), assistant(call('a'))])).toHaveLength(2)
  })

  it.each([
    ['', {}],
    ['null', {}],
    ['[1]', { _raw: '[1]' }],
    ['{"x', { _raw: '{"x' }],
    ['"{\\"x\\":1}"', { x: 1 }],
  ])('makes an object of the arguments %s', (input, args) => {
    const messages = [say('go'), assistant(call('a', 'f', { input }))]
    expect(contentsOf(messages)).toMatchObject([{}, { parts: [{ functionCall: { args } }] }])
  })
})

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

describe('media for Gemini', () => {
  const base64 = (mediaType: string) => ({ type: 'base64', mediaType, data: 'ZGF0YQ==' }) as const
  const inline = (mimeType: string): JsonObject => ({ inlineData: { mimeType, data: 'ZGF0YQ==' } })

  it.each<[string, UserPart, readonly JsonObject[]]>([
    ['an image', { type: 'image', source: base64('image/png') }, [inline('image/png')]],
    ['speech', { type: 'audio', format: 'mp3', data: 'ZGF0YQ==' }, [inline('audio/mp3')]],
    ['a video', { type: 'video', source: base64('video/mp4') }, [inline('video/mp4')]],
    ['a document', { type: 'document', source: base64('application/pdf') }, [inline('application/pdf')]],
    [
      'a document with a title and context',
      { type: 'document', source: base64('application/pdf'), title: 'T', context: 'C' },
      [{ text: '[T]\nC' }, inline('application/pdf')],
    ],
    [
      'a text document',
      { type: 'document', source: { type: 'text', text: 'body' }, title: 'T' },
      [{ text: '[T]\nbody' }],
    ],
    [
      'a document of parts',
      {
        type: 'document',
        source: {
          type: 'parts',
          parts: [
            { type: 'text', text: 'p' },
            { type: 'image', source: base64('image/png') },
          ],
        },
      },
      [{ text: 'p' }, inline('image/png')],
    ],
    [
      'a file of Google',
      {
        type: 'image',
        source: { type: 'url', url: 'https://generativelanguage.googleapis.com/v1beta/files/x' },
      },
      [
        {
          fileData: {
            mimeType: 'image/jpeg',
            fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/x',
          },
        },
      ],
    ],
    [
      'a YouTube video',
      { type: 'video', source: { type: 'url', url: 'https://youtu.be/x' } },
      [{ fileData: { fileUri: 'https://youtu.be/x' } }],
    ],
    [
      'its own file',
      {
        type: 'document',
        source: { type: 'file', fileId: 'gs://b/f', protocol: 'gemini', mediaType: 'text/csv' },
      },
      [{ fileData: { mimeType: 'text/csv', fileUri: 'gs://b/f' } }],
    ],
    ['its own part', { type: 'provider', protocol: 'gemini', kind: 'x', value: { x: 1 } }, [{ x: 1 }]],
  ])('sends %s', (_, part, parts) => {
    expect(contentsOf([user(part)])).toEqual([{ role: 'user', parts }])
  })

  it.each<[string, UserPart]>([
    [
      'a public URL',
      { type: 'image', source: { type: 'url', url: 'https://a.test/i.png' }, path: 'messages[0].content[1]' },
    ],
    [
      'a file of another vendor',
      {
        type: 'document',
        source: { type: 'file', fileId: 'f', protocol: 'openai-chat' },
        path: 'messages[0].content[1]',
      },
    ],
  ])('refuses %s, naming the part', (_, part) => {
    const refuse = (): unknown => encode({ messages: [user(part)] })
    expect(refuse).toThrow(GatewayError)
    expect(refuse).toThrow('messages[0].content[1]: not supported by gemini/gemini-test')
  })

  it('sends public URLs to models that take them', () => {
    const image: UserPart = { type: 'image', source: { type: 'url', url: 'https://a.test/i.webp?x=1' } }
    expect(contentsOf([user(image)], { mediaUrls: true })).toMatchObject([
      { parts: [{ fileData: { mimeType: 'image/webp', fileUri: 'https://a.test/i.webp?x=1' } }] },
    ])
  })

  it.each([
    [['low'], 'MEDIA_RESOLUTION_LOW'],
    [['low', 'original'], 'MEDIA_RESOLUTION_HIGH'],
    [['auto'], undefined],
  ] as const)('asks for one resolution for images of detail %j', (details, mediaResolution) => {
    const images = details.map((detail) => ({ type: 'image', source: base64('image/png'), detail }) as const)
    const body = encode({ messages: [user(...images)] })
    expect((body['generationConfig'] as JsonObject | undefined)?.['mediaResolution']).toBe(mediaResolution)
  })

  it('says what is lost', () => {
    const document: UserPart = {
      type: 'document',
      source: base64('application/pdf'),
      filename: 'a.pdf',
      citationsEnabled: true,
      path: 'd',
    }
    const other: UserPart = { type: 'provider', protocol: 'openai-chat', kind: 'x', value: {}, path: 'p' }
    expect(warningsOf({ messages: [user(document, other)] })).toEqual([
      'dropped d!',
      'dropped d',
      'dropped p!',
    ])
  })
})

describe('tools for Gemini', () => {
  const f = {
    type: 'function',
    name: 'f',
    description: 'does',
    parameters: { type: 'object' },
    path: 'tools[0]',
  } as const
  const g = { type: 'function', name: 'g' } as const
  const search = {
    type: 'hosted',
    kind: 'web-search',
    protocol: 'openai-responses',
    value: {},
    path: 'tools[1]',
  } as const
  const choose = (fields: Partial<CanonicalRequest>, traits?: ModelTraits): unknown =>
    encode(fields, traits)['toolConfig']

  it('declares functions', () => {
    expect(encode({ tools: [f, g] })).toMatchObject({
      tools: [
        {
          functionDeclarations: [
            { name: 'f', description: 'does', parametersJsonSchema: { type: 'object' } },
            { name: 'g' },
          ],
        },
      ],
    })
    expect(choose({ tools: [f, g] })).toBeUndefined()
  })

  it.each<[string, CanonicalRequest['toolChoice'], JsonObject]>([
    ['auto', { type: 'auto' }, { mode: 'AUTO' }],
    ['none', { type: 'none' }, { mode: 'NONE' }],
    ['required', { type: 'required' }, { mode: 'ANY' }],
    ['one', { type: 'tool', tool: { name: 'f' } }, { mode: 'ANY', allowedFunctionNames: ['f'] }],
    [
      'some',
      { type: 'allowed', mode: 'auto', tools: [{ name: 'f' }, { name: 'g' }] },
      { mode: 'VALIDATED', allowedFunctionNames: ['f', 'g'] },
    ],
    [
      'one of some',
      { type: 'allowed', mode: 'required', tools: [{ name: 'g' }] },
      { mode: 'ANY', allowedFunctionNames: ['g'] },
    ],
  ])('chooses %s', (_, toolChoice, functionCallingConfig) => {
    expect(choose({ tools: [f, g], toolChoice })).toEqual({ functionCallingConfig })
  })

  it('validates arguments when a tool is strict', () => {
    expect(choose({ tools: [{ ...f, strict: true }] })).toEqual({
      functionCallingConfig: { mode: 'VALIDATED' },
    })
  })

  it('case 26: maps hosted tools, with functions only where the model takes both', () => {
    expect(encode({ tools: [search] })).toMatchObject({ tools: [{ googleSearch: {} }] })
    expect(warningsOf({ tools: [search] })).toEqual(['emulated tools[1]'])
    expect(encode({ tools: [f, search] }, { hostedToolsWithFunctions: true })).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 'f' }] }, { googleSearch: {} }],
      toolConfig: { functionCallingConfig: { mode: 'VALIDATED' }, includeServerSideToolInvocations: true },
    })
    expect(encode({ tools: [f, search] })['tools']).toHaveLength(1)
    expect(warningsOf({ tools: [f, search] })).toEqual(['dropped tools[1]!'])
    expect(warningsOf({ tools: [{ ...search, kind: 'other' }] })).toEqual(['dropped tools[1]!'])
  })

  it('leaves hosted tools out when no tool may be called', () => {
    expect(encode({ tools: [search], toolChoice: { type: 'none' } })['tools']).toBeUndefined()
  })

  it('case 25: says that calls cannot be held to one at a time', () => {
    expect(warningsOf({ tools: [f], parallelToolCalls: false })).toEqual(['dropped $parallelToolCalls!'])
    expect(warningsOf({ tools: [f], parallelToolCalls: true })).toEqual([])
  })

  it('says what else is lost', () => {
    const provider = { type: 'provider', protocol: 'openai-responses', value: {} } as const
    expect(warningsOf({ tools: [f], toolChoice: provider })).toEqual(['dropped $toolChoice!'])
    expect(warningsOf({ toolChoice: { type: 'required' } })).toEqual(['dropped $toolChoice!'])
    expect(warningsOf({ tools: [{ ...f, deferred: true }] })).toEqual(['emulated tools[0]'])
  })
})

describe('settings for Gemini', () => {
  const config = (fields: Partial<CanonicalRequest>, traits: ModelTraits = {}): unknown =>
    encode(fields, traits)['generationConfig']

  it('case 46d: maps every setting that Gemini has', () => {
    const settings = {
      maxOutputTokens: 100,
      temperature: 1.5,
      topP: 0.5,
      topK: 3,
      seed: 7,
      presencePenalty: -1,
      frequencyPenalty: 1,
    }
    expect(config({ ...settings, stop: ['a', 'b'] })).toEqual({ ...settings, stopSequences: ['a', 'b'] })
    expect(warningsOf({ ...settings, stop: ['a'] })).toEqual([])
  })

  it.each<[string, Partial<CanonicalRequest>, JsonObject, string]>([
    [
      'a limit above the model’s',
      { maxOutputTokens: 9_000 },
      { maxOutputTokens: 8_192 },
      'clamped $maxOutputTokens',
    ],
    ['a penalty of 2', { presencePenalty: 2 }, { presencePenalty: 1.99 }, 'clamped $presencePenalty'],
    ['a long seed', { seed: 2 ** 31 + 5 }, { seed: 5 }, 'clamped $seed'],
    [
      'log-probabilities',
      { logprobs: { top: 2 } },
      { responseLogprobs: true, logprobs: 2 },
      'dropped $logprobs!',
    ],
  ])('warns of %s', (_, fields, generationConfig, warning) => {
    const target = targetOf({}, { maxOutputTokens: 8_192 })
    const { value, warnings } = gemini.encodeRequest(requestOf(fields), target, context)
    expect(value['generationConfig']).toEqual(generationConfig)
    expect(warnings.map(inShort)).toEqual([warning])
  })

  it.each<[string, Partial<CanonicalRequest>]>([
    ['$stop', { stop: ['1', '2', '3', '4', '5', '6'] }],
    ['$candidateCount', { candidateCount: 2 }],
    ['$maxOutputTokens', { maxOutputTokens: 0 }],
    ['$state', { state: { previousResponseId: 'r' } }],
    ['$state', { state: { background: true } }],
  ])('refuses what it cannot do: %s', (path, fields) => {
    expect(() => encode(fields)).toThrow(`${path}: not supported by gemini/gemini-test`)
  })

  it('case 29: leaves sampling alone where the model wants it so', () => {
    expect(config({ temperature: 1, topP: 1 }, { sampling: 'fixed' })).toBeUndefined()
    expect(warningsOf({ temperature: 1 }, { sampling: 'fixed' })).toEqual(['dropped $temperature!'])
    const off = { temperature: 1, reasoning: { effort: 'none' } } as const
    expect(config(off, { sampling: 'when-reasoning-off' })).toMatchObject({ temperature: 1 })
    expect(config({ stop: ['a'] }, { stop: false })).toBeUndefined()
  })

  it.each<[string, CanonicalRequest['reasoning'], ModelTraits, JsonObject | undefined, readonly string[]]>([
    ['a level', { effort: 'high' }, { reasoning: 'level' }, { thinkingLevel: 'HIGH' }, []],
    [
      'the nearest level',
      { effort: 'minimal' },
      { reasoning: 'level' },
      { thinkingLevel: 'LOW' },
      ['clamped $reasoning'],
    ],
    [
      'a level that only this model has',
      { effort: 'max' },
      { reasoning: 'level', efforts: ['low', 'xhigh'] },
      { thinkingLevel: 'XHIGH' },
      ['clamped $reasoning'],
    ],
    [
      'no level off',
      { effort: 'none' },
      { reasoning: 'level' },
      { thinkingLevel: 'LOW' },
      ['clamped $reasoning!'],
    ],
    ['a budget as a level', { budgetTokens: 600 }, { reasoning: 'level' }, { thinkingLevel: 'HIGH' }, []],
    ['thinking, as long as it likes', { enabled: true }, { reasoning: 'level' }, undefined, []],
    ['a share of the budget', { effort: 'low' }, { reasoning: 'budget' }, { thinkingBudget: 6_554 }, []],
    [
      'a share within bounds',
      { effort: 'max' },
      { reasoning: 'budget', reasoningBudget: { min: 128, max: 24_576 } },
      { thinkingBudget: 24_576 },
      [],
    ],
    [
      'a budget within bounds',
      { budgetTokens: 5 },
      { reasoning: 'budget', reasoningBudget: { min: 128, max: 24_576 } },
      { thinkingBudget: 128 },
      ['clamped $reasoning'],
    ],
    ['no budget', { effort: 'none' }, { reasoning: 'budget' }, { thinkingBudget: 0 }, []],
    [
      'the smallest budget',
      { effort: 'none' },
      { reasoning: 'budget', reasoningOff: false, reasoningBudget: { min: 128, max: 9_000 } },
      { thinkingBudget: 128 },
      ['clamped $reasoning!'],
    ],
    ['an open budget', { enabled: true }, { reasoning: 'budget' }, { thinkingBudget: -1 }, []],
    ['what was said', { effort: 'medium' }, {}, { thinkingLevel: 'MEDIUM' }, []],
    ['what was said', { budgetTokens: 77 }, {}, { thinkingBudget: 77 }, []],
    ['what was said', { enabled: true }, {}, { thinkingBudget: -1 }, []],
    ['nothing', { effort: 'high' }, { reasoning: 'none' }, undefined, ['clamped $reasoning!']],
    ['nothing', { effort: 'none' }, { reasoning: 'none' }, undefined, []],
    ['its thoughts', { show: 'summary' }, {}, { includeThoughts: true }, []],
    ['its thoughts', { show: 'raw' }, {}, { includeThoughts: true }, ['clamped $reasoning']],
    ['no thoughts', { show: 'none' }, {}, { includeThoughts: false }, []],
    ['no thoughts of what is off', { effort: 'none', show: 'summary' }, {}, { thinkingBudget: 0 }, []],
  ])('asks a model for %s: %j, %j', (_, reasoning, traits, thinkingConfig, warnings) => {
    const fields = { reasoning, maxOutputTokens: 1_000 }
    expect(config(fields, traits)).toEqual({
      maxOutputTokens: 1_000,
      ...(thinkingConfig && { thinkingConfig }),
    })
    expect(warningsOf(fields, traits)).toEqual(warnings)
  })

  it.each<[CanonicalRequest['responseFormat'], ModelTraits, unknown]>([
    [{ type: 'text' }, {}, undefined],
    [{ type: 'json' }, {}, { responseMimeType: 'application/json' }],
    [
      { type: 'json-schema', schema: { type: 'object' } },
      {},
      { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } },
    ],
    [
      { type: 'json-schema', schema: { type: 'object' } },
      { jsonSchemaOutput: false },
      { responseMimeType: 'application/json' },
    ],
  ])('asks for the format %j of a model with %j', (responseFormat, traits, generationConfig) => {
    expect(config({ responseFormat }, traits)).toEqual(generationConfig)
  })

  it('gives up JSON output where functions rule it out', () => {
    const tools = [{ type: 'function', name: 'f' }] as const
    const responseFormat = { type: 'json' } as const
    expect(warningsOf({ tools, responseFormat })).toEqual([])
    expect(warningsOf({ tools, responseFormat }, { jsonOutputWithFunctions: false })).toEqual([
      'dropped $responseFormat!',
    ])
    expect(warningsOf({ tools, responseFormat, toolChoice: { type: 'required' } })).toEqual([
      'dropped $responseFormat!',
    ])
  })

  it.each([
    ['auto', undefined, []],
    ['default', 'standard', []],
    ['fast', 'priority', []],
    ['flex', 'flex', []],
    ['scale', undefined, ['dropped $serviceTier']],
  ])('serves the tier %s as %s', (serviceTier, tier, warnings) => {
    expect(encode({ serviceTier })['serviceTier']).toBe(tier)
    expect(warningsOf({ serviceTier })).toEqual(warnings)
  })

  it('says what has no place', () => {
    const marked = {
      type: 'text',
      text: 'x',
      cache: { life: 'short' },
      path: 'messages[0].content[0]',
    } as const
    expect(
      warningsOf({
        messages: [
          { role: 'user', content: [marked], name: 'Ann', path: 'messages[0]' },
          { role: 'assistant', content: [], phase: 'commentary', path: 'messages[1]' },
        ],
        verbosity: 'low',
        endUser: 'u',
        metadata: { a: 'b' },
        cache: { key: 'k' },
        state: { store: true },
      }),
    ).toEqual([
      'dropped $state',
      'dropped messages[0].name!',
      'dropped messages[1].phase',
      'dropped $verbosity',
      'dropped $endUser',
      'dropped $metadata',
      'dropped $cache',
      'dropped messages[0].content[0].cache_control',
    ])
  })
})
