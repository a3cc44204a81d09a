import type { ModelTraits } from '../canonical/target.js'
import { CLAUDE_TRAITS } from './claude-traits.js'
import { GEMINI_TRAITS } from './gemini-traits.js'
import { OPENAI_TRAITS } from './openai-traits.js'
import { OTHER_TRAITS } from './other-traits.js'

/** What is known of a model besides its price. */
export interface KnownTraits extends ModelTraits {
  /** Hard output limit in tokens, reasoning included. */
  readonly maxOutputTokens?: number | undefined
}

/** One row of a table: the first whose pattern fits the vendor's model id (lower case) counts. */
export interface TraitsRow {
  readonly match: RegExp
  readonly traits: KnownTraits
}

const TABLES: Readonly<Record<string, readonly TraitsRow[]>> = {
  anthropic: CLAUDE_TRAITS,
  openai: OPENAI_TRAITS,
  gemini: GEMINI_TRAITS,
  ...OTHER_TRAITS,
}

const UNKNOWN: KnownTraits = {}

/** Traits of a vendor's model by its id there; empty when nothing is known, so that nothing is taken away. */
export function modelTraits(providerId: string, model: string): KnownTraits {
  const table = Object.hasOwn(TABLES, providerId) ? (TABLES[providerId] ?? []) : []
  const name = model.toLowerCase()
  return table.find(({ match }) => match.test(name))?.traits ?? UNKNOWN
}
