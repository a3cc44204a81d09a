import type { GatewayResponse } from '../../src/index.js'

/** A whole answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The body as JSON; undefined when it is none. What a test reads at a wrong path is undefined, and fails it. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}

/** Reads an answer to its end, whatever form its body has. */
export async function readAnswer({ status, headers, body }: GatewayResponse): Promise<Answer> {
  const text = await readText(body)
  return { status, headers, text, json: parse(text) }
}

/** All text of a body. */
export async function readText(body: GatewayResponse['body']): Promise<string> {
  if (typeof body === 'string') return body
  const decoder = new TextDecoder()
  if (body instanceof Uint8Array) return decoder.decode(body)
  let text = ''
  for await (const chunk of body) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** The pieces of a streamed answer, one by one; undefined at its end. */
export interface OpenAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly next: () => Promise<string | undefined>
  /** The client leaves: what an adapter does when its socket closes. */
  readonly leave: () => Promise<void>
}

export function openAnswer({ status, headers, body }: GatewayResponse): OpenAnswer {
  if (typeof body === 'string' || body instanceof Uint8Array)
    throw new Error(`no stream, but ${String(body)}`)
  const iterator = body[Symbol.asyncIterator]()
  return {
    status,
    headers,
    async next() {
      const step = await iterator.next()
      return step.done === true ? undefined : String(step.value)
    },
    async leave() {
      await iterator.return?.()
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
