import type { AssistantPart, Citation, TokenLogprob } from './content.js'
import type { CanonicalResponse, Finish } from './response.js'
import type { OpaqueState } from './state.js'
import type { BlockStart, StreamPart } from './stream.js'
import type { UpstreamError } from './upstream-error.js'
import { completeUsage, mergeUsage, type PartialUsage } from './usage.js'
import type { Warning } from './warning.js'

/** A folded stream. `error` is set when the stream broke; `response` then holds what had come. */
export interface Accumulated {
  readonly response: CanonicalResponse
  readonly error: UpstreamError | null
  readonly warnings: readonly Warning[]
}

/** Folds stream parts into one answer: the same that the vendor would have given without streaming. */
export interface Accumulator {
  push(part: StreamPart): void
  result(): Accumulated
}

/** A block of a stream with all that came for it. */
export interface CollectedBlock {
  readonly block: BlockStart
  readonly text: string
  readonly citations: readonly Citation[]
  readonly logprobs?: readonly TokenLogprob[] | undefined
  readonly state: OpaqueState | undefined
  readonly status: 'complete' | 'incomplete'
}

interface OpenBlock extends CollectedBlock {
  text: string
  readonly citations: Citation[]
  logprobs?: TokenLogprob[] | undefined
  state: OpaqueState | undefined
  status: 'complete' | 'incomplete'
}

/** Creates an {@link Accumulator}; parts are kept in the order in which they were opened. */
export function createAccumulator(): Accumulator {
  const blocks = new Map<number, OpenBlock>()
  const warnings: Warning[] = []
  let head = { id: '', model: '' } as { id: string; model: string; created?: number | undefined }
  let usage: PartialUsage | null = null
  let serviceTier: string | undefined
  let finish: Finish = { reason: 'other' }
  let error: UpstreamError | null = null
  return {
    push(part) {
      switch (part.type) {
        case 'start':
          head = { id: part.id, model: part.model, created: part.created }
          return
        case 'open':
          blocks.set(part.key, {
            block: part.block,
            text: '',
            citations: [],
            state: 'state' in part.block ? part.block.state : undefined,
            status: 'incomplete',
          })
          return
        case 'usage':
          usage = mergeUsage(usage ?? {}, part.usage)
          serviceTier = part.serviceTier ?? serviceTier
          return
        case 'warning':
          warnings.push(part.warning)
          return
        case 'finish':
          finish = part.finish
          return
        case 'error':
          error = part.error
          return
        case 'ping':
          return
        default:
          amend(blocks.get(part.key), part)
      }
    },
    result: () => ({
      response: {
        id: head.id,
        model: head.model,
        ...(head.created === undefined ? {} : { created: head.created }),
        content: partsOfBlocks([...blocks.values()]),
        finish,
        usage: usage === null ? null : completeUsage(usage),
        ...(serviceTier === undefined ? {} : { serviceTier }),
      },
      error,
      warnings,
    }),
  }
}

/** Folds a whole list of parts. */
export function accumulate(parts: Iterable<StreamPart>): Accumulated {
  const accumulator = createAccumulator()
  for (const part of parts) accumulator.push(part)
  return accumulator.result()
}

function amend(open: OpenBlock | undefined, part: Extract<StreamPart, { key: number }>): void {
  if (open === undefined) return
  if (part.type === 'delta') {
    open.text += part.text
    if (part.logprobs !== undefined) (open.logprobs ??= []).push(...part.logprobs)
  } else if (part.type === 'note') open.citations.push(part.citation)
  else if (part.type === 'seal') open.state = part.state
  else if (part.type === 'close') open.status = part.status
}

/** Spoken words are a part of their audio. */
function partsOfBlocks(blocks: readonly CollectedBlock[]): readonly AssistantPart[] {
  const parts: AssistantPart[] = []
  for (const collected of blocks) {
    const at = isSpoken(collected) ? parts.findLastIndex(({ type }) => type === 'generated-audio') : -1
    const audio = parts[at]
    if (audio?.type === 'generated-audio') parts[at] = { ...audio, transcript: collected.text }
    else parts.push(partOfBlock(collected))
  }
  return parts
}

function isSpoken({ block }: CollectedBlock): boolean {
  return block.kind === 'text' && block.spoken === true
}

/** The part of an answer that a block of a stream amounts to. */
export function partOfBlock({
  block,
  text,
  citations,
  logprobs,
  state,
  status,
}: CollectedBlock): AssistantPart {
  const tokens = logprobs === undefined ? {} : { logprobs }
  switch (block.kind) {
    case 'text':
      return {
        type: 'text',
        text,
        ...(citations.length > 0 ? { citations } : {}),
        ...tokens,
        ...(state === undefined ? {} : { state }),
      }
    case 'refusal':
      return { type: 'refusal', text, ...tokens }
    case 'reasoning':
      return {
        type: 'reasoning',
        text,
        ...(block.raw ? { raw: true } : {}),
        ...(block.redacted ? { redacted: true } : {}),
        ...(block.itemId === undefined ? {} : { itemId: block.itemId }),
        ...(state === undefined ? {} : { state }),
      }
    case 'tool':
      return {
        type: 'tool-call',
        id: block.id,
        name: block.name,
        kind: block.tool,
        input: text,
        ...(block.namespace === undefined ? {} : { namespace: block.namespace }),
        ...(block.itemId === undefined ? {} : { itemId: block.itemId }),
        ...(state === undefined ? {} : { state }),
        ...(status === 'incomplete' ? { status } : {}),
      }
    case 'image':
      return { type: 'generated-image', source: block.source, ...(state === undefined ? {} : { state }) }
    case 'audio':
      return { type: 'generated-audio', ...(block.id === undefined ? {} : { id: block.id }), data: text }
    case 'provider':
      return { type: 'provider', protocol: block.protocol, kind: block.type, value: block.value }
  }
}
