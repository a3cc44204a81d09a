import { parseJson } from '../../canonical/json.js'
import { asObject } from '../../canonical/narrow.js'
import type { StreamPart } from '../../canonical/stream.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import { addUsage, mergeUsage } from '../../canonical/usage.js'
import {
  continueRequest,
  createStreamTranslator,
  type ReplyFacts,
  type TranslatedRequest,
  translateHops,
} from '../../protocols/translate/index.js'
import { withinStack } from '../../protocols/translate/within-stack.js'
import { createSseParser, type SseParser } from '../../sse/parse.js'
import { createTextDecoder, type StreamTextDecoder } from '../../sse/text-decoder.js'
import { createTokenCounter } from '../../usage/estimate.js'
import type { Answer, AnswerStream, Exchange, Progress } from './answer.js'
import type { AnswerFacts } from '../hooks.js'
import { createAnswerNotes, joinFacts, observePart } from './answer-facts.js'
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
    direct: false,
    body: JSON.stringify(translated.value),
    headers: translated.reply.route.to.upstream.bodyHeaders?.(translated.value) ?? null,
    warnings: translated.warnings,
    readAnswer: (texts) => readAnswer(texts, options),
    continueRequest: (texts) => continueAnswer(texts, options),
    createStream: () => createStream(options),
  }
}

function readAnswer(
  texts: readonly [string, ...string[]],
  { translated, facts }: TranslationOptions,
): Answer {
  const { upstream } = translated.reply.route.to
  const hops = texts.map((text) => readWhole(text, upstream))
  const progress = hops.map((hop) => hop.progress).reduce(addProgress)
  const bodies = hops.flatMap(({ json }) => (json === undefined ? [] : [json]))
  const answer = progress.error === null ? translateHops(bodies, translated.reply, facts) : null
  return {
    ...progress,
    answer: () => onlyFirst(progress.answer()),
    body: answer === null ? '' : JSON.stringify(answer.value),
    warnings: answer?.warnings ?? [],
  }
}

/** Of several answers only the first one is translated. */
function onlyFirst({ finishReasons, ...names }: AnswerFacts): AnswerFacts {
  return { ...names, finishReasons: finishReasons.slice(0, 1) }
}

function addProgress(one: Progress, other: Progress): Progress {
  return {
    phase: other.phase,
    error: one.error ?? other.error,
    answer: () => joinFacts(one.answer(), other.answer()),
    usage: one.usage === null || other.usage === null ? null : addUsage(one.usage, other.usage),
    countOutput: () => one.countOutput() + other.countOutput(),
  }
}

function continueAnswer(texts: readonly string[], { translated }: TranslationOptions): string | null {
  const bodies = texts.map((text) => asObject(parseJson(text))).filter((body) => body !== undefined)
  if (bodies.length < texts.length) return null
  return withinStack(
    () => {
      const rest = continueRequest(bodies, translated.reply)
      return rest === null ? null : JSON.stringify(rest)
    },
    () => null,
  )
}

function createStream(options: TranslationOptions): AnswerStream {
  const counter = createTokenCounter()
  const notes = createAnswerNotes()
  const progress: { -readonly [field in keyof Progress]: Progress[field] } = {
    phase: 'idle',
    error: null,
    usage: null,
    answer: notes.facts,
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
        notes.note(observePart(part))
        progress.phase = 'finished'
        return part
      case 'start':
        notes.note(observePart(part))
        if (progress.phase === 'idle') progress.phase = 'started'
        return part
      case 'error':
        progress.error = part.error
        return { type: 'error', error: options.sanitize(part.error) }
      default:
        if (progress.phase === 'idle') progress.phase = 'started'
        return part
    }
  }

  const { upstream } = options.translated.reply.route.to
  const translator = createStreamTranslator(options.translated.reply, options.facts, watch)
  let output = ''
  const openReader = (): { readonly decoder: StreamTextDecoder; readonly parser: SseParser } => ({
    decoder: createTextDecoder(),
    parser: createSseParser({
      onEvent: (event) => {
        if (progress.error === null) output += translator.push(event)
      },
    }),
  })
  let reader = openReader()
  const take = (): string => {
    const text = output
    output = ''
    return text
  }

  const flush = (): void => {
    reader.parser.push(reader.decoder.end())
    reader.parser.end()
  }

  const next = (): string | null => {
    flush()
    const rest = progress.error === null ? translator.next() : null
    if (rest === null) return null
    output += rest.text
    reader = openReader()
    return JSON.stringify(rest.request)
  }

  return {
    progress,
    ...(upstream.continuation === undefined ? {} : { next }),
    get done() {
      return translator.done
    },
    get warnings() {
      return translator.warnings
    },
    push(bytes) {
      reader.parser.push(reader.decoder.decode(bytes))
      if (translator.done) progress.phase = 'finished'
      return take()
    },
    end() {
      flush()
      const text = take()
      return progress.error === null ? text + translator.end() : text
    },
    fail: (error) => take() + (progress.error === null ? translator.fail(error) : ''),
  }
}
