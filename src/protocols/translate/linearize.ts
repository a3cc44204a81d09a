import type { StreamPart } from '../../canonical/stream.js'

/** PLACEHOLDER by the lead so that the tree compiles: the author of the linearizer replaces this file, keeping these names. */
export interface Linearizer {
  push(part: StreamPart): readonly StreamPart[]
}

export function createLinearizer(): Linearizer {
  return { push: (part) => [part] }
}
