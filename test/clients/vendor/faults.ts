import { VendorProblem } from '../../../adapters/command/simulated-vendor/problem.js'
import type { UpstreamId } from '../upstreams.js'

/**
 * What goes wrong once, at a step of the task: refused for its rate or for the load of the vendor, broken off in the
 * answer, refused because the prompt is too long, or answered with the news that the context is nearly full.
 */
export type Fault = 'rate' | 'overload' | 'cut' | 'overflow' | 'full'

/** Events that go out before a stream is cut, if it has twice as many. */
const EVENTS_BEFORE_CUT = 4

/** The beginning of an answer that is cut: never all of it. */
export function cutEvents(events: readonly string[]): readonly string[] {
  return events.slice(0, Math.min(EVENTS_BEFORE_CUT, Math.floor(events.length / 2)))
}

/** Prompt tokens that a vendor reports when the context is nearly full, out of 200 000. */
export const FULL_TOKENS = 196_000

const OVERLOADED: Readonly<Record<UpstreamId, VendorProblem>> = {
  'openai-chat': new VendorProblem(503, 'The server is overloaded, please try again later.'),
  'openai-responses': new VendorProblem(503, 'Our servers are currently overloaded. Please try again later.'),
  'anthropic-messages': new VendorProblem(529, 'Overloaded'),
  gemini: new VendorProblem(503, 'The model is overloaded. Please try again later.'),
}

/** Each vendor says in its own words that the prompt is too long. */
const OVERFLOWN: Readonly<Record<UpstreamId, VendorProblem>> = {
  'openai-chat': new VendorProblem(
    400,
    "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens (135904 in the messages, 4096 in the completion). Please reduce the length of the messages or completion.",
  ),
  'openai-responses': new VendorProblem(
    400,
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
    { param: 'input', code: 'context_length_exceeded' },
  ),
  'anthropic-messages': new VendorProblem(400, 'prompt is too long: 213462 tokens > 200000 maximum'),
  gemini: new VendorProblem(
    400,
    'The input token count (1196265) exceeds the maximum number of tokens allowed (1048576).',
  ),
}

/** The error answer of a fault; undefined for one that begins well. */
export function problemOf(fault: Fault, upstream: UpstreamId): VendorProblem | undefined {
  switch (fault) {
    case 'rate':
      return new VendorProblem(429, 'Too many requests, slow down.')
    case 'overload':
      return OVERLOADED[upstream]
    case 'overflow':
      return OVERFLOWN[upstream]
    case 'cut':
    case 'full':
      return undefined
  }
}
