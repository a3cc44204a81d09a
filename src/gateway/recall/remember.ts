import { createAccumulator } from '../../canonical/accumulate.js'
import type { AssistantPart } from '../../canonical/content.js'
import type { StreamPart } from '../../canonical/stream.js'
import { parseJson } from '../../canonical/json.js'
import { asObject } from '../../canonical/narrow.js'
import { collectReasoning } from '../../protocols/translate/recalled-state.js'
import { withinStack } from '../../protocols/translate/within-stack.js'
import { createSseParser } from '../../sse/parse.js'
import { createTextDecoder } from '../../sse/text-decoder.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import type { AnswerStream, Exchange } from '../reply/answer.js'
import type { Leg } from '../send/resolve.js'
import type { StateCache } from './state-cache.js'

interface Remembering {
  readonly cache: StateCache
  /** Of the answer in its conversation. */
  readonly place: string
  readonly leg: Leg
  readonly exchange: Exchange
}

/** Reads a vendor's answers beside the exchange that serves them, and keeps the reasoning of their tool calls. */
export function rememberReasoning(
  core: Core,
  call: Call,
  { cache, place, leg, exchange }: Remembering,
): Exchange {
  const accountId = call.identity?.account.id ?? ''
  const { protocol, target } = leg
  const context = { ...core.codec, target }

  const keep = (content: readonly AssistantPart[]): void => {
    const kept = collectReasoning(content, target.family)
    if (kept.size === 0) return
    cache.keep(accountId, place, kept).catch((cause: unknown) => {
      core.hooks.storeFailure({ ...PUT, requestId: call.requestId, cause })
    })
  }

  const watchStream = (stream: AnswerStream): AnswerStream => {
    let reader = createReader()
    const end = (): void => {
      reader.end()
      reader = createReader()
    }
    const { next } = stream
    return {
      get progress() {
        return stream.progress
      },
      get done() {
        return stream.done
      },
      get warnings() {
        return stream.warnings
      },
      push(bytes) {
        reader.push(bytes)
        return stream.push(bytes)
      },
      ...(next === undefined
        ? {}
        : {
            next: () => {
              end()
              return next()
            },
          }),
      end() {
        end()
        return stream.end()
      },
      fail: (error) => stream.fail(error),
    }
  }

  const createReader = (): { push(bytes: Uint8Array): void; end(): void } => {
    const text = createTextDecoder()
    const decoder = protocol.createStreamDecoder(context)
    const accumulator = createAccumulator()
    const fold = (parts: readonly StreamPart[]): void => {
      for (const part of parts) accumulator.push(part)
    }
    const parser = createSseParser({
      onEvent: (event) => withinStack(() => fold(decoder.push(event)), nothing),
    })
    return {
      push: (bytes) => parser.push(text.decode(bytes)),
      end() {
        parser.push(text.end())
        parser.end()
        withinStack(() => fold(decoder.end()), nothing)
        const { error, response } = accumulator.result()
        if (error === null) keep(response.content)
      },
    }
  }

  return {
    ...exchange,
    readAnswer(texts) {
      const answer = exchange.readAnswer(texts)
      if (answer.error !== null) return answer
      for (const body of texts.map((text) => asObject(parseJson(text)))) {
        if (body !== undefined)
          withinStack(() => keep(protocol.decodeResponse(body, context).value.content), nothing)
      }
      return answer
    },
    createStream: () => watchStream(exchange.createStream()),
  }
}

const PUT = { store: 'state', operation: 'put', passed: true, lost: null } as const

function nothing(): void {
  // An answer that nests too deeply is kept by nobody; its own exchange says so.
}
