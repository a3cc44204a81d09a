import { GatewayError } from '../../../errors.js'
import type { Protocol } from '../../protocol.js'

export const encodeRequest: Protocol['encodeRequest'] = () => {
  throw new GatewayError('internal_error', 'not yet')
}
