import type { Protocol } from '../../protocol.js'

/** Not there yet. */
export const decodeResponse: Protocol['decodeResponse'] = () => {
  throw new Error('not implemented')
}

/** Not there yet. */
export const encodeResponse: Protocol['encodeResponse'] = () => {
  throw new Error('not implemented')
}
