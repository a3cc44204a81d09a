import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { startServer } from '../contracts/http-server.js'

/** What a request tells the vendor to do: so many words, each after so long. */
export interface Script {
  readonly marker: string
  readonly words: number
  readonly wordMs: number
}

/** A call as the vendor saw it; times in milliseconds since the epoch. */
export interface VendorCall {
  readonly marker: string
  readonly startedAt: number
  /** Null while it runs. */
  endedAt: number | null
  /** Everything was handed over. */
  whole: boolean
}

export interface Vendor {
  readonly url: string
  readonly calls: readonly VendorCall[]
  readonly close: () => Promise<void>
}

/** Input tokens that every call is reported to have had. */
export const INPUT_TOKENS = 10

/** What the vendor says to a script. */
export function answerText({ marker, words }: Script): string {
  return Array.from({ length: words }, (_, index) => `${marker}.${index} `).join('')
}

/** A vendor of chat completions that is slow, does as the last message says, and keeps a list of what it delivered. */
export async function startVendor(): Promise<Vendor> {
  const calls: VendorCall[] = []
  const server = await startServer((request, response) => {
    answer(request, response, calls).catch(() => response.destroy())
  })
  return { ...server, calls }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  calls: VendorCall[],
): Promise<void> {
  const body = JSON.parse(await text(request)) as {
    readonly stream?: boolean
    readonly messages: readonly { readonly content: string }[]
  }
  const script = JSON.parse(body.messages.at(-1)?.content ?? '') as Script
  const call: VendorCall = { marker: script.marker, startedAt: Date.now(), endedAt: null, whole: false }
  calls.push(call)
  response.on('close', () => {
    call.endedAt ??= Date.now()
    call.whole = response.writableFinished
  })
  const play = body.stream === true ? playStream : playWhole
  await play(script, response, () => (call.endedAt ??= Date.now()))
}

type Play = (script: Script, response: ServerResponse, onLast: () => void) => Promise<void>

const playWhole: Play = async (script, response, onLast) => {
  await sleep(script.words * script.wordMs)
  response.setHeader('content-type', 'application/json')
  onLast()
  const message = { role: 'assistant', content: answerText(script) }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  response.end(JSON.stringify({ ...HEAD, object: 'chat.completion', choices, usage: usageOf(script) }))
}

const playStream: Play = async (script, response, onLast) => {
  response.setHeader('content-type', 'text/event-stream')
  for (let index = 0; index < script.words && !response.destroyed; index += 1) {
    await sleep(script.wordMs)
    response.write(event({ choices: [{ index: 0, delta: { content: `${script.marker}.${index} ` } }] }))
  }
  onLast()
  response.write(event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }))
  response.write(event({ choices: [], usage: usageOf(script) }))
  response.end('data: [DONE]\n\n')
}

const HEAD = { id: 'chatcmpl-1', created: 1, model: 'slow' } as const

function event(fields: object): string {
  return `data: ${JSON.stringify({ ...HEAD, object: 'chat.completion.chunk', ...fields })}\n\n`
}

function usageOf({ words }: Script): object {
  return { prompt_tokens: INPUT_TOKENS, completion_tokens: words, total_tokens: INPUT_TOKENS + words }
}
