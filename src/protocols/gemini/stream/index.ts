import type { Protocol } from '../../protocol.js'

/** Not there yet. */
export const createStreamDecoder: Protocol['createStreamDecoder'] = () => {
  throw new Error('not implemented')
}

/** Not there yet. */
export const createStreamEncoder: Protocol['createStreamEncoder'] = () => {
  throw new Error('not implemented')
}
