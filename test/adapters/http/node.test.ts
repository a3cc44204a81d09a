import { toNode } from '../../../adapters/http/node.js'
import { startServer } from '../../contracts/http-server.js'
import { describeMount } from '../../contracts/mount.js'
import { over } from '../../contracts/mount-support.js'

describeMount({
  name: 'node:http',
  codings: ['gzip', 'deflate', 'br'],
  start: async (handler) => {
    const server = await startServer(toNode(handler))
    return { request: over(server.url), close: server.close }
  },
})
