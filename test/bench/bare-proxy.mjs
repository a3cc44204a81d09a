// The floor: node:http in, node:http out, bytes piped. No keys, no limits, no money.
import { Agent, createServer, request as call } from 'node:http'
import { serveFigures } from './figures.mjs'

const port = Number(process.argv[2])
const agent = new Agent({ keepAlive: true, maxSockets: Infinity })

const server = createServer((request, response) => {
  const upstream = call(
    {
      agent,
      host: '127.0.0.1',
      port,
      path: request.url,
      method: request.method,
      headers: { ...request.headers, host: 'upstream' },
    },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    },
  )
  upstream.on('error', () => response.destroy())
  request.pipe(upstream)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => serveFigures(server.address().port))
