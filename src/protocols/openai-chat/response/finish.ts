import { lookUp } from '../../../canonical/json.js'
import type { Finish } from '../../../canonical/response.js'
import type { Warning } from '../../../canonical/warning.js'
import { FINISH_REASONS, FINISH_WORDS } from '../vocabulary.js'

/** How an answer ended, and what was odd about it. */
export interface ReadFinish {
  readonly finish: Finish
  readonly warning: Warning | undefined
}

/**
 * Reads a finish reason. Calls decide between `stop` and `tool_calls`: vendors get that wrong both ways, and a client
 * would end early or wait for ever.
 */
export function readFinish(word: string, hasCalls: boolean, matched?: unknown): ReadFinish {
  const known = lookUp(FINISH_REASONS, word)
  const warning: Warning | undefined =
    known === undefined
      ? {
          code: 'repaired',
          path: 'choices[0].finish_reason',
          message: 'The provider gave an unknown finish reason, taken for a normal end.',
          semantic: false,
        }
      : undefined
  const reason = known ?? 'stop'
  if (hasCalls && (reason === 'stop' || reason === 'tool-calls')) {
    return { finish: { reason: 'tool-calls', raw: word }, warning }
  }
  if (reason === 'tool-calls') return { finish: { reason: 'stop', raw: word }, warning }
  // vLLM names the sequence that matched.
  if (reason === 'stop' && typeof matched === 'string' && matched !== '') {
    return { finish: { reason: 'stop-sequence', raw: word, stopSequence: matched }, warning }
  }
  return { finish: { reason, raw: word }, warning }
}

/** This protocol's word for an end, by the same rule about calls. */
export function writeFinish({ reason }: Finish, hasCalls: boolean): string {
  if (hasCalls && (reason === 'stop' || reason === 'other')) return FINISH_WORDS['tool-calls']
  return FINISH_WORDS[!hasCalls && reason === 'tool-calls' ? 'stop' : reason]
}

/** True when text is a whole JSON value, or no arguments at all. */
export function isCompleteJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
