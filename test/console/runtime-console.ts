import { createConsole } from '../../src/console/index.js'
import { createGateway } from '../../src/index.js'

/** What page-runtimes.test.ts serves on Bun, Deno and workerd: a console alone. */
export default createConsole({
  gateway: createGateway({ upstreams: {}, models: [] }),
  operatorToken: 'operator-token-of-the-runtimes',
})
