import { Agent, request as call } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: Infinity })

/** One request; resolves with status, time to first byte and total time in milliseconds, and bytes received. */
export function send(port, { path, headers, body }) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const outgoing = call(
      {
        agent,
        host: '127.0.0.1',
        port,
        path,
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        let firstMs
        let bytes = 0
        answer.on('data', (chunk) => {
          firstMs ??= performance.now() - started
          bytes += chunk.length
        })
        answer.on('end', () =>
          resolve({ status: answer.statusCode, firstMs, totalMs: performance.now() - started, bytes }),
        )
        answer.on('error', reject)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** `count` requests over `connections` at once; throws unless all are 200. */
export async function sendMany(port, request, { count, connections }) {
  let left = count
  const results = []
  const worker = async () => {
    while (left-- > 0) {
      const result = await send(port, request)
      if (result.status !== 200) throw new Error(`status ${result.status}`)
      results.push(result)
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  return results
}
