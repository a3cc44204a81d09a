import type { JsonObject } from '../../../../src/index.js'
import type { Answer, Part } from '../answer.js'
import { formatNamed } from '../events.js'
import { splitTokens } from '../tokens.js'
import { renderOpen, renderStop, renderUsage } from './body.js'

type Event = JsonObject & { readonly type: string }

/** Writes the events: message start, ping, each block from start to stop, message delta with usage, message stop. */
export function renderEvents(answer: Answer): readonly string[] {
  const events: readonly Event[] = [
    { type: 'message_start', message: renderOpen(answer) },
    { type: 'ping' },
    ...answer.parts.flatMap(listBlockEvents),
    {
      type: 'message_delta',
      delta: renderStop(answer),
      usage: answer.usage && renderFinalUsage(renderUsage(answer.usage)),
    },
    { type: 'message_stop' },
  ]
  return events.map(formatNamed)
}

/** Cumulative; how long the cache lives is told at the start alone. */
function renderFinalUsage(usage: JsonObject): JsonObject {
  return { ...usage, cache_creation: undefined, service_tier: undefined }
}

function listBlockEvents(part: Part, index: number): readonly Event[] {
  const { block, deltas } = renderPart(part)
  return [
    { type: 'content_block_start', index, content_block: block },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]
}

/** A block as it starts, and what is added to it. */
function renderPart(part: Part): { readonly block: JsonObject; readonly deltas: readonly JsonObject[] } {
  switch (part.type) {
    case 'reasoning':
      return {
        block: { type: 'thinking', thinking: '', signature: '' },
        deltas: [
          ...splitTokens(part.text).map((thinking) => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: part.seal },
        ],
      }
    case 'text':
    case 'refusal':
      return {
        block: { type: 'text', text: '' },
        deltas: splitTokens(part.text).map((text) => ({ type: 'text_delta', text })),
      }
    case 'call':
      return {
        block: { type: 'tool_use', id: `toolu_${part.id}`, name: part.name, input: {} },
        deltas: ['', ...splitTokens(part.input)].map((json) => ({
          type: 'input_json_delta',
          partial_json: json,
        })),
      }
  }
}
