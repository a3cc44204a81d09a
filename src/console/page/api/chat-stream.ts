/** What a streamed answer tells, piece by piece. */
export type ChatPart =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  | { readonly type: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  | { readonly type: 'error'; readonly message: string; readonly code: string }
  | { readonly type: 'finish'; readonly reason: string }
  /** The answer is whole. */
  | { readonly type: 'done' }

/** Reads the events of a chat completion from the bytes of an answer, however they are cut. */
export async function* readChatStream(body: ReadableStream<Uint8Array>): AsyncGenerator<ChatPart> {
  for await (const data of readEvents(readBytes(body))) yield* readChunk(data)
}

/** Not every browser iterates a stream by itself. */
async function* readBytes(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  let data: string[] = []
  for await (const text of decode(body)) {
    // A CR at the end may be half of a CRLF.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(5).trimStart())
      if (line !== '' || data.length === 0) continue
      yield data.join('\n')
      data = []
    }
  }
}

async function* decode(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const bytes of body) yield decoder.decode(bytes, { stream: true })
  yield '\n'
}

function* readChunk(data: string): Generator<ChatPart> {
  if (data === '[DONE]') return yield { type: 'done' }
  const chunk = parseObject(data)
  if (chunk === null) return
  const { error, usage, choices } = chunk
  if (isObject(error)) yield { type: 'error', message: textOf(error['message']), code: textOf(error['code']) }
  const choice: unknown = Array.isArray(choices) ? choices[0] : null
  if (isObject(choice)) yield* readChoice(choice)
  if (!isObject(usage)) return
  yield {
    type: 'usage',
    inputTokens: numberOf(usage['prompt_tokens']),
    outputTokens: numberOf(usage['completion_tokens']),
  }
}

function* readChoice(choice: Readonly<Record<string, unknown>>): Generator<ChatPart> {
  const delta = isObject(choice['delta']) ? choice['delta'] : {}
  const reasoning = textOf(delta['reasoning_content']) || textOf(delta['reasoning'])
  if (reasoning !== '') yield { type: 'reasoning', text: reasoning }
  const text = textOf(delta['content']) || textOf(delta['refusal'])
  if (text !== '') yield { type: 'text', text }
  const reason = textOf(choice['finish_reason'])
  if (reason !== '') yield { type: 'finish', reason }
}

function parseObject(data: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(data)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
