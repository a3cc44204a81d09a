import { accumulate } from '../../canonical/accumulate.js'
import type { ToolCallPart } from '../../canonical/content.js'
import type { CanonicalResponse } from '../../canonical/response.js'
import type { BlockStart, StreamPart } from '../../canonical/stream.js'
import { unfoldResponse } from '../../canonical/unfold.js'
import { createInputUnwrapper, type InputUnwrapper } from './custom-input.js'
import { createStopScanner, type StopScanner } from './stop-sequences.js'
import type { ToolEntry, ToolTable } from './tool-table.js'

/** Undoes on a vendor's answer what `adaptRequest` did to the request. */
export interface Restorer {
  push(part: StreamPart): readonly StreamPart[]
  /** True when the rest of the vendor's stream is not wanted any more. */
  readonly done: boolean
}

/** Gives tools their own names, namespaces and free text back, and applies emulated stop sequences. */
export function createRestorer(tools: ToolTable, stop: readonly string[]): Restorer {
  const scanner = stop.length === 0 ? null : createStopScanner(stop)
  const unwrappers = new Map<number, InputUnwrapper>()

  const restore = (part: StreamPart): readonly StreamPart[] => {
    if (part.type === 'open') return [{ ...part, block: restoreBlock(part.key, part.block) }]
    const unwrapper = 'key' in part ? unwrappers.get(part.key) : undefined
    if (unwrapper === undefined) return [part]
    if (part.type === 'delta') return toDelta(part.key, unwrapper.push(part.text))
    if (part.type !== 'close') return [part]
    unwrappers.delete(part.key)
    return [...toDelta(part.key, unwrapper.end()), part]
  }

  const restoreBlock = (key: number, block: BlockStart): BlockStart => {
    if (block.kind !== 'tool') return block
    const entry = tools.fromWire(block.name, block.namespace)
    if (entry === undefined) return block
    if (entry.emulated) unwrappers.set(key, createInputUnwrapper())
    return { ...block, ...ownName(entry), tool: entry.emulated ? 'custom' : block.tool }
  }

  return {
    push: (part) => {
      const restored = tools.plain ? [part] : restore(part)
      return scanner === null ? restored : restored.flatMap((one) => scanner.push(one))
    },
    get done() {
      return scanner?.matched ?? false
    },
  }
}

/** The same for a whole answer. */
export function restoreResponse(
  response: CanonicalResponse,
  tools: ToolTable,
  stop: readonly string[],
): CanonicalResponse {
  const restored = tools.plain
    ? response
    : {
        ...response,
        content: response.content.map((part) =>
          part.type === 'tool-call' ? restoreCall(part, tools.fromWire(part.name, part.namespace)) : part,
        ),
      }
  return stop.length === 0 ? restored : cutResponse(restored, createStopScanner(stop))
}

function restoreCall(part: ToolCallPart, entry: ToolEntry | undefined): ToolCallPart {
  if (entry === undefined) return part
  const named = { ...part, ...ownName(entry) }
  if (!entry.emulated) return named
  const unwrapper = createInputUnwrapper()
  return { ...named, kind: 'custom', input: unwrapper.push(part.input) + unwrapper.end() }
}

function ownName({ name, namespace }: ToolEntry): Pick<ToolCallPart, 'name' | 'namespace'> {
  return { name, ...(namespace === undefined ? {} : { namespace }) }
}

/** The usage of an answer that a stop sequence cut is still what the vendor counted. */
function cutResponse(response: CanonicalResponse, scanner: StopScanner): CanonicalResponse {
  const parts = unfoldResponse(response).flatMap((part) => scanner.push(part))
  return scanner.matched ? { ...response, ...accumulate(parts).response, usage: response.usage } : response
}

function toDelta(key: number, text: string): readonly StreamPart[] {
  return text === '' ? [] : [{ type: 'delta', key, text }]
}
