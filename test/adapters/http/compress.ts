import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'

/** Compression middleware as hosts use it: it replaces the methods of the response and offers `flush`. */
export function compress(_request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const gzip = createGzip()
  const write = response.write.bind(response)
  const end = response.end.bind(response)
  gzip.on('data', (chunk: Buffer) => write(chunk))
  gzip.on('end', () => end())
  response.setHeader('content-encoding', 'gzip')
  Object.assign(response, {
    write: (chunk: string | Uint8Array) => gzip.write(chunk),
    end: () => gzip.end(),
    flush: () => gzip.flush(),
  })
  next()
}
