import type { JsonValue } from '../../../canonical/json.js'
import { asString } from '../../../canonical/narrow.js'
import { toObjects } from '../wire/index.js'

type Tree = { [key: string]: unknown } | unknown[]

/** Longest list that streamed arguments may make; an index beyond it is a vendor's error, not data. */
const MAX_INDEX = 10_000

/**
 * Arguments that Vertex streams as values at JSON paths. Text pieces of one path are appended.
 * @see https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling
 */
export interface PartialArguments {
  /** Applies one `partialArgs` list. */
  apply(partialArgs: unknown): void
  /** The arguments as JSON; "" when there are none. */
  toJson(): string
}

/** Creates an empty {@link PartialArguments}. */
export function createPartialArguments(
  whole: Readonly<Record<string, JsonValue | undefined>>,
): PartialArguments {
  const root: Tree = Object.assign(createTree(), whole)
  return {
    apply(partialArgs) {
      for (const piece of toObjects(partialArgs)) {
        const path = readPath(asString(piece['jsonPath']) ?? '')
        if (path !== null) setAt(root, path, readValue(piece))
      }
    },
    toJson: () => (Object.keys(root).length === 0 ? '' : JSON.stringify(root)),
  }
}

/** No prototype, so that a key named `__proto__` is data. */
function createTree(): { [key: string]: unknown } {
  return Object.create(null) as { [key: string]: unknown }
}

function readPath(path: string): readonly (string | number)[] | null {
  const steps: (string | number)[] = []
  for (const match of path
    .replace(/^\$\.?/, '')
    .matchAll(/\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]|([^.[\]]+)/g)) {
    const index = match[1] === undefined ? undefined : Number(match[1])
    if (index !== undefined && index > MAX_INDEX) return null
    steps.push(index ?? match[2] ?? match[3] ?? match[4] ?? '')
  }
  return steps.length > 0 ? steps : null
}

function readValue(piece: Readonly<Record<string, unknown>>): unknown {
  return piece['stringValue'] ?? piece['numberValue'] ?? piece['boolValue'] ?? null
}

function setAt(root: Tree, path: readonly (string | number)[], value: unknown): void {
  let node = root
  for (const [depth, step] of path.entries()) {
    const next = path[depth + 1]
    if (next === undefined) {
      const before = get(node, step)
      put(node, step, typeof before === 'string' && typeof value === 'string' ? before + value : value)
      return
    }
    let child = get(node, step)
    if (typeof child !== 'object' || child === null) {
      child = typeof next === 'number' ? [] : createTree()
      put(node, step, child)
    }
    node = child as Tree
  }
}

function get(node: Tree, step: string | number): unknown {
  if (!Array.isArray(node)) return node[step]
  return typeof step === 'number' ? node[step] : undefined
}

function put(node: Tree, step: string | number, value: unknown): void {
  if (!Array.isArray(node)) node[step] = value
  else if (typeof step === 'number') node[step] = value
}
