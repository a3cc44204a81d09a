import type { TokenLogprob } from '../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asObject, asString } from '../../../canonical/narrow.js'
import type { StreamPart } from '../../../canonical/stream.js'
import { detailsText, readCitation } from '../response/content.js'

/** What the model says outside of calls: text, reasoning and refusals, one block of them open at a time. */
export interface Blocks {
  /** A key that no block had before. */
  nextKey(): number
  text(out: StreamPart[], text: string): void
  reasoning(out: StreamPart[], text: string): void
  /** `reasoning_details` of one chunk; `spoken`: their text, where it came in a field of its own, too. */
  details(out: StreamPart[], details: readonly JsonValue[], spoken: string): void
  refusal(out: StreamPart[], text: string): void
  /** Puts log probabilities on the last text of a kind; returns false when none is open. */
  weigh(out: StreamPart[], kind: 'text' | 'refusal', logprobs: readonly TokenLogprob[]): boolean
  /** Returns false when there is no text that it could belong to. */
  annotation(out: StreamPart[], annotation: JsonValue): boolean
  close(out: StreamPart[]): void
}

type Kind = 'text' | 'reasoning' | 'refusal'

/** Creates {@link Blocks}; `family` owns the reasoning state that comes along. */
export function createBlocks(family: string): Blocks {
  let keys = 0
  let open: { readonly kind: Kind; readonly key: number } | null = null
  // The whole text of the open reasoning block: some vendors want it back.
  let thought = ''
  let merged: JsonObject[] = []
  const seen = new Set<string>()

  const close = (out: StreamPart[]): void => {
    if (open === null) return
    const { kind, key } = open
    open = null
    if (kind === 'reasoning') {
      const kept = merged.length > 0
      if (kept || thought !== '') {
        const state = kept
          ? ({ family, kind: 'details', data: merged } as const)
          : ({ family, kind: 'reasoning-text', data: thought } as const)
        out.push({ type: 'seal', key, state })
      }
      thought = ''
      merged = []
    }
    out.push({ type: 'close', key, status: 'complete' })
  }

  const ensure = (out: StreamPart[], kind: Kind, raw = false): number => {
    if (open?.kind === kind) return open.key
    close(out)
    const key = keys++
    open = { kind, key }
    out.push({
      type: 'open',
      key,
      block: kind === 'reasoning' && raw ? { kind, raw } : { kind },
    })
    return key
  }

  const think = (out: StreamPart[], text: string, raw: boolean): void => {
    const key = ensure(out, 'reasoning', raw)
    if (text === '') return
    thought += text
    out.push({ type: 'delta', key, text })
  }

  return {
    nextKey: () => keys++,
    text(out, text) {
      out.push({ type: 'delta', key: ensure(out, 'text'), text })
    },
    reasoning: (out, text) => think(out, text, true),
    details(out, details, spoken) {
      think(out, spoken || detailsText(details), false)
      for (const detail of details) mergeDetail(merged, detail)
    },
    refusal(out, text) {
      out.push({ type: 'delta', key: ensure(out, 'refusal'), text })
    },
    weigh(out, kind, logprobs) {
      if (open?.kind !== kind) return false
      const last = out.at(-1)
      if (last?.type === 'delta' && last.key === open.key && last.logprobs === undefined) {
        out[out.length - 1] = { ...last, logprobs }
      } else out.push({ type: 'delta', key: open.key, text: '', logprobs })
      return true
    },
    annotation(out, annotation) {
      const citation = readCitation(annotation)
      const identity = JSON.stringify(annotation)
      if (citation === undefined || seen.has(identity)) return true
      if (open?.kind !== 'text') return false
      seen.add(identity)
      out.push({ type: 'note', key: open.key, citation })
      return true
    },
    close,
  }
}

/** Fragments of one detail share type and index: texts are joined, the last signature counts. */
function mergeDetail(merged: JsonObject[], value: JsonValue): void {
  const detail = asObject(value)
  if (detail === undefined) return
  const last = merged.at(-1)
  const index = detail['index'] ?? last?.['index']
  const at = merged.findIndex((entry) => entry['type'] === detail['type'] && entry['index'] === index)
  const earlier = merged[at]
  if (earlier === undefined) {
    merged.push(detail)
    return
  }
  const joined: Record<string, JsonValue | undefined> = { ...earlier }
  for (const [field, piece] of Object.entries(detail)) {
    const before = asString(joined[field])
    const joins = field === 'text' || field === 'summary' || field === 'data'
    if (joins && typeof piece === 'string') joined[field] = (before ?? '') + piece
    else if (piece !== null && piece !== undefined) joined[field] = piece
  }
  merged[at] = joined
}
