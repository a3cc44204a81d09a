import type { AssistantPart } from './content.js'
import type { CanonicalResponse } from './response.js'
import type { BlockStart, StreamPart } from './stream.js'

/** The inverse of `accumulate`: a whole answer as the parts of a stream, for a client that wants one. */
export function unfoldResponse(response: CanonicalResponse): readonly StreamPart[] {
  const parts: StreamPart[] = [
    { type: 'start', id: response.id, model: response.model, created: response.created },
  ]
  response.content.forEach((part, key) => {
    parts.push(...unfoldPart(part, key))
    if (part.type === 'generated-audio' && part.transcript !== undefined) {
      parts.push(...unfoldTranscript(part.transcript, response.content.length + key))
    }
  })
  if (response.usage !== null) {
    parts.push({ type: 'usage', usage: response.usage, serviceTier: response.serviceTier })
  }
  parts.push({ type: 'finish', finish: response.finish })
  return parts
}

function unfoldPart(part: AssistantPart, key: number): StreamPart[] {
  const { block, text } = toBlock(part)
  const parts: StreamPart[] = [{ type: 'open', key, block }]
  const logprobs = part.type === 'text' || part.type === 'refusal' ? part.logprobs : undefined
  if (logprobs !== undefined) parts.push({ type: 'delta', key, text, logprobs })
  else if (text !== '') parts.push({ type: 'delta', key, text })
  if (part.type === 'text') {
    for (const citation of part.citations ?? []) parts.push({ type: 'note', key, citation })
  }
  if ((part.type === 'reasoning' || part.type === 'text') && part.state !== undefined)
    parts.push({ type: 'seal', key, state: part.state })
  const incomplete = part.type === 'tool-call' && part.status === 'incomplete'
  parts.push({ type: 'close', key, status: incomplete ? 'incomplete' : 'complete' })
  return parts
}

function unfoldTranscript(text: string, key: number): StreamPart[] {
  return [
    { type: 'open', key, block: { kind: 'text', spoken: true } },
    { type: 'delta', key, text },
    { type: 'close', key, status: 'complete' },
  ]
}

function toBlock(part: AssistantPart): { block: BlockStart; text: string } {
  switch (part.type) {
    case 'text':
      return { block: { kind: 'text' }, text: part.text }
    case 'refusal':
      return { block: { kind: 'refusal' }, text: part.text }
    case 'reasoning':
      return {
        block: { kind: 'reasoning', raw: part.raw, redacted: part.redacted, itemId: part.itemId },
        text: part.text,
      }
    case 'tool-call':
      return {
        block: {
          kind: 'tool',
          tool: part.kind,
          id: part.id,
          name: part.name,
          namespace: part.namespace,
          itemId: part.itemId,
          state: part.state,
        },
        text: part.input,
      }
    case 'generated-image':
      return { block: { kind: 'image', source: part.source, state: part.state }, text: '' }
    case 'generated-audio':
      return { block: { kind: 'audio', id: part.id }, text: part.data ?? '' }
    case 'provider':
      return {
        block: { kind: 'provider', protocol: part.protocol, type: part.kind, value: part.value },
        text: '',
      }
  }
}
