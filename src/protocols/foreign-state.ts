import type { JsonValue } from '../canonical/json.js'
import type { Warning } from '../canonical/warning.js'
import type { Translated } from './protocol.js'

/** What a same-protocol request says once state of other vendors is left out. */
export type WithoutForeignState = Translated<Readonly<Record<string, JsonValue>>>

/** Nothing had to be left out: the request stays as it came. */
export const NOTHING_FOREIGN: WithoutForeignState = { value: {}, warnings: [] }

/** Says that reasoning state was left out at a place of the client's request. */
export function foreignState(path: string): Warning {
  return { code: 'dropped', path, message: 'Reasoning of another vendor is not sent.', semantic: false }
}
