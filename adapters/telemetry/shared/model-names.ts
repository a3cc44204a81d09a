import type { EndEvent } from '../../../src/index.js'

/** Names of models that metrics may carry: there are never more than so many of them. */
export interface ModelNames {
  /** The model of a call; `other` for one too many, null for a call that went nowhere: its model is a word of its client. */
  nameOf(call: EndEvent): string | null
}

/** What stands for all models that have no name of their own. */
export const OTHER = 'other'

/**
 * Models of the configuration have their names. Of those of a `vendor/*` entry the first ones that a vendor has
 * answered for have theirs, up to `most`: what nobody has answered for may be anything that a client can write.
 */
export function createModelNames(most: number): ModelNames {
  const answered = new Set<string>()
  return {
    nameOf({ model, place, status }) {
      if (place === null) return null
      if (place.isListed || answered.has(model)) return model
      if (status !== 'completed' || answered.size >= most) return OTHER
      answered.add(model)
      return model
    },
  }
}

/** Of any names the first ones, at most so many of them; `other` for the rest. */
export function createNameLimit(most: number): (name: string) => string {
  const known = new Set<string>()
  return (name) => {
    if (known.has(name)) return name
    if (known.size >= most) return OTHER
    known.add(name)
    return name
  }
}
