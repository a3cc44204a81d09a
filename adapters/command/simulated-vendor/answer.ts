import type { Usage } from '../../../src/index.js'
import type { Question } from './question.js'

/** What the vendor answers, before a protocol gives it a shape. The same question has the same answer, ids too. */
export interface Answer {
  /** 24 hexadecimal digits; each protocol puts its own prefix before it. */
  readonly id: string
  /** Unix seconds; fixed, because the answer is a pure function. */
  readonly createdSeconds: number
  readonly model: string
  readonly parts: readonly Part[]
  readonly finish: Finish
  /** The sequence that ended the text, when `finish` is `stop_sequence`. */
  readonly stopSequence: string | undefined
  /** Undefined when a directive asks for a vendor that reports none. */
  readonly usage: Usage | undefined
  readonly question: Question
}

export type Finish = 'stop' | 'stop_sequence' | 'length' | 'tool_calls' | 'refusal' | 'content_filter'

export type Part = ReasoningPart | TextPart | CallPart

interface PartBase {
  /** 24 hexadecimal digits. */
  readonly id: string
  /** False for the part that the token limit cut short. */
  readonly complete: boolean
}

/** `text` is empty when the client asked not to see it; `seal` is what the client has to send back. */
export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning'
  readonly text: string
  readonly seal: string
}

/** Prose, JSON, or the words of a refusal. */
export interface TextPart extends PartBase {
  readonly type: 'text' | 'refusal'
  readonly text: string
}

/** `input` is JSON text for a function (a beginning of it when not complete), raw text for a custom tool. */
export interface CallPart extends PartBase {
  readonly type: 'call'
  readonly name: string
  readonly form: 'function' | 'custom'
  readonly input: string
}

/** The calls among the parts. */
export function callsOf(answer: Answer): readonly CallPart[] {
  return answer.parts.filter((part) => part.type === 'call')
}

/** All text of one kind, joined. */
export function textOfParts(answer: Answer, type: 'reasoning' | 'text' | 'refusal'): string {
  return answer.parts.map((part) => (part.type === type ? part.text : '')).join('')
}
