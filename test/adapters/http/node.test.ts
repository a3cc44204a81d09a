import { toNode } from '../../../adapters/http/node.js'
import { startServer } from '../../contracts/http-server.js'
import { describeMount, over } from '../../contracts/mount.js'

describeMount({
  name: 'node:http',
  codings: ['gzip', 'deflate', 'br'],
  start: async (handler) => {
    const server = await startServer(toNode(handler))
    return { request: over(server.url), close: server.close }
  },
})
