import { createTransport } from '../../src/gateway/fetch-transport.js'
import { describeTransport } from '../contracts/transport.js'

describeTransport('over fetch', createTransport)
