import { createTransport } from '../../src/gateway/send/fetch-transport.js'
import { describeTransport } from '../contracts/transport.js'

describeTransport('over fetch', createTransport)
