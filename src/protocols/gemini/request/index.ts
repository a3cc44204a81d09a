import type { Protocol } from '../../protocol.js'

/** Not there yet. */
export const decodeRequest: Protocol['decodeRequest'] = () => {
  throw new Error('not implemented')
}

/** Not there yet. */
export const encodeRequest: Protocol['encodeRequest'] = () => {
  throw new Error('not implemented')
}
