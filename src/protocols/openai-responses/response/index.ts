import { GatewayError } from '../../../errors.js'
import type { Protocol } from '../../protocol.js'

const pending = (): never => {
  throw new GatewayError('internal_error', 'not yet')
}
export const decodeResponse: Protocol['decodeResponse'] = () => pending()
export const encodeResponse: Protocol['encodeResponse'] = () => pending()
