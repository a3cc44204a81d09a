import { pipeline, Readable } from 'node:stream'
import { UpstreamFault, type UpstreamResponse } from '../../src/index.js'
import { findDecoder, isPlain } from './node-coding.js'

/**
 * Removes a content coding that a vendor used although none was asked for. Its headers go with it. A body in a
 * coding that this Node cannot undo fails as a broken connection does.
 */
export function decodeResponse(response: UpstreamResponse): UpstreamResponse {
  const coding = response.headers['content-encoding']
  if (coding === undefined || isPlain(coding)) return response
  const { 'content-encoding': _coding, 'content-length': _length, ...headers } = response.headers
  const body = decode(response.body, coding.trim().toLowerCase())
  return { status: response.status, headers, body, text: (maxBytes) => readText(body, maxBytes) }
}

async function* decode(body: AsyncIterable<Uint8Array>, coding: string): AsyncGenerator<Uint8Array> {
  const decoder = findDecoder(coding)?.stream()
  const source = Readable.from(body, { objectMode: false })
  try {
    if (decoder === undefined) throw new UpstreamFault('reset')
    yield* pipeline(source, decoder, () => undefined) as AsyncIterable<Uint8Array>
  } catch (error) {
    throw UpstreamFault.isInstance(error) ? error : new UpstreamFault('reset', error)
  } finally {
    source.destroy()
  }
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) throw new UpstreamFault('too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size).toString('utf8')
}
