import { GatewayError } from '../../../errors.js'
import type { Protocol } from '../../protocol.js'

const pending = (): never => {
  throw new GatewayError('internal_error', 'not yet')
}
export const createStreamDecoder: Protocol['createStreamDecoder'] = () => pending()
export const createStreamEncoder: Protocol['createStreamEncoder'] = () => pending()
