import { GatewayError } from '../../errors.js'
import type { Protocol } from '../protocol.js'

const pending = (): never => {
  throw new GatewayError('internal_error', 'not yet')
}
export const decodeRequest: Protocol['decodeRequest'] = () => pending()
export const encodeRequest: Protocol['encodeRequest'] = () => pending()
export const decodeResponse: Protocol['decodeResponse'] = () => pending()
export const encodeResponse: Protocol['encodeResponse'] = () => pending()
export const createStreamDecoder: Protocol['createStreamDecoder'] = () => pending()
export const createStreamEncoder: Protocol['createStreamEncoder'] = () => pending()
