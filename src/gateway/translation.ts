import type { StreamPart } from '../canonical/stream.js'
import type { UpstreamError } from '../canonical/upstream-error.js'
import { mergeUsage } from '../canonical/usage.js'
import {
  createStreamTranslator,
  type ReplyFacts,
  type TranslatedRequest,
  translateResponse,
} from '../protocols/translate/index.js'
import { createSseParser } from '../sse/parse.js'
import { createTextDecoder } from '../sse/text-decoder.js'
import { createTokenCounter } from '../usage/estimate.js'
import type { Answer, AnswerStream, Exchange, Progress } from './answer.js'
import { readWhole } from './whole-answer.js'

export interface TranslationOptions {
  readonly translated: TranslatedRequest
  readonly facts: ReplyFacts
  /** Makes a vendor's error fit for the client: its text is still the vendor's. */
  sanitize(error: UpstreamError): UpstreamError
}

/** Client and vendor speak different protocols: decode, adapt, encode, and the same way back. */
export function createTranslation(options: TranslationOptions): Exchange {
  const { translated } = options
  return {
    body: JSON.stringify(translated.value),
    headers: translated.reply.route.to.upstream.bodyHeaders?.(translated.value) ?? null,
    warnings: translated.warnings,
    readAnswer: (text) => readAnswer(text, options),
    createStream: () => createStream(options),
  }
}

function readAnswer(text: string, { translated, facts }: TranslationOptions): Answer {
  const { json, progress } = readWhole(text, translated.reply.route.to.upstream)
  const answer =
    json === undefined || progress.error !== null ? null : translateResponse(json, translated.reply, facts)
  return {
    ...progress,
    body: answer === null ? '' : JSON.stringify(answer.value),
    warnings: answer?.warnings ?? [],
  }
}

function createStream(options: TranslationOptions): AnswerStream {
  const counter = createTokenCounter()
  const progress: { -readonly [field in keyof Progress]: Progress[field] } = {
    phase: 'idle',
    error: null,
    usage: null,
    countOutput: () => counter.tokens(),
  }

  const watch = (part: StreamPart): StreamPart => {
    switch (part.type) {
      case 'ping':
      case 'warning':
        return part
      case 'delta':
        counter.add(part.text)
        return part
      case 'usage':
        progress.usage = mergeUsage(progress.usage ?? {}, part.usage)
        return part
      case 'finish':
        progress.phase = 'finished'
        return part
      case 'error':
        progress.error = part.error
        return { type: 'error', error: options.sanitize(part.error) }
      default:
        if (progress.phase === 'idle') progress.phase = 'started'
        return part
    }
  }

  const translator = createStreamTranslator(options.translated.reply, options.facts, watch)
  const decoder = createTextDecoder()
  let output = ''
  const parser = createSseParser({
    onEvent: (event) => {
      if (progress.error === null) output += translator.push(event)
    },
  })
  const take = (): string => {
    const text = output
    output = ''
    return text
  }

  return {
    progress,
    get done() {
      return translator.done
    },
    push(bytes) {
      parser.push(decoder.decode(bytes))
      if (translator.done) progress.phase = 'finished'
      return take()
    },
    end() {
      parser.push(decoder.end())
      parser.end()
      const text = take()
      return progress.error === null ? text + translator.end() : text
    },
    fail: (error) => (progress.error === null ? translator.fail(error) : ''),
  }
}
