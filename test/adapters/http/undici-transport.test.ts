import { createTransport } from '../../../adapters/http/undici-transport.js'
import { describeTransport } from '../../contracts/transport.js'

describeTransport('over undici', createTransport)
