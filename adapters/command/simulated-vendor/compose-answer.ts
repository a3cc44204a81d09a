import type { Usage } from '../../../src/index.js'
import type { Answer, Part } from './answer.js'
import { composeParts } from './compose-parts.js'
import type { Directives } from './directives.js'
import { fingerprint } from './fingerprint.js'
import { countParts, fitParts } from './fit-parts.js'
import { countPrompt, type Question } from './question.js'

/** 1 January 2026. */
const CREATED_SECONDS = 1_767_225_600

/** Answers a question by fixed rules: a pure function, the rules are told in `index.ts`. Streamed or whole, ids are the same. */
export function composeAnswer(question: Question, directives: Directives): Answer {
  const { stream: _stream, stream_options: _options, ...asked } = question.request
  const id = fingerprint(question.model, JSON.stringify(asked))
  const fitted = fitParts(composeParts(question, directives, id), question)
  const finish = directives.finish ?? fitted.finish
  const parts = finish === 'length' ? cutLastShort(fitted.parts) : fitted.parts
  return {
    id,
    createdSeconds: CREATED_SECONDS,
    model: question.model,
    parts: question.reasoning === 'hidden' ? parts.map(hideReasoning) : parts,
    finish,
    stopSequence: finish === 'stop_sequence' ? fitted.stopSequence : undefined,
    usage: directives.usage === 'none' ? undefined : composeUsage(question, directives, parts),
    question,
  }
}

/** The tokens that are there, or those that a directive wants reported; parts never exceed their total. */
function composeUsage(question: Question, { usage }: Directives, parts: readonly Part[]): Usage {
  const told = usage === 'none' ? {} : (usage ?? {})
  const { cached = 0, write = 0, write1h = 0 } = told
  const reasoning = told.reasoning ?? countParts(parts.filter((part) => part.type === 'reasoning'))
  return {
    inputTokens: Math.max(told.input ?? countPrompt(question), cached + write + write1h),
    cacheReadTokens: cached,
    cacheWriteTokens: write,
    cacheWriteLongTokens: write1h,
    outputTokens: Math.max(told.output ?? countParts(parts), reasoning),
    reasoningTokens: reasoning,
  }
}

function cutLastShort(parts: readonly Part[]): readonly Part[] {
  return parts.map((part, index) => (index === parts.length - 1 ? { ...part, complete: false } : part))
}

/** The client asked not to see it: reasoning keeps its seal and its tokens, and loses its words. */
function hideReasoning(part: Part): Part {
  return part.type === 'reasoning' ? { ...part, text: '' } : part
}
