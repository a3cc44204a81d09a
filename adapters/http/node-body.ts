import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import {
  clientGone,
  consumedBody,
  corruptCoding,
  type RequestBody,
  tooLarge,
  unknownCoding,
} from '../../src/index.js'
import { findDecoder, isPlain } from './node-coding.js'

/** What is read and thrown away of a body over the limit, so that the client comes to read the answer. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024

/** A request of node:http, or of node:http2 with its compatibility API, or a stream that a framework made of one. */
export interface BodySource extends Readable {
  readonly httpVersionMajor?: number
  readonly aborted?: boolean
  readonly stream?: { readonly endAfterHeaders?: boolean; readonly rstCode?: number | undefined }
}

/** The body of a Node request as the gateway takes it: nothing is read before the gateway asks. */
export function nodeBody(source: BodySource, headers: IncomingHttpHeaders): RequestBody {
  if (!hasBody(source, headers)) return null
  return (maxBytes) => readNodeBody(source, headers, maxBytes)
}

/** HTTP/2 has no need of headers that announce a body: what has not ended with its head has one. */
function hasBody({ httpVersionMajor = 1, stream }: BodySource, headers: IncomingHttpHeaders): boolean {
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return true
  return httpVersionMajor >= 2 && stream?.endAfterHeaders === false
}

/**
 * Reads a Node request's body, content coding removed. Rejects with a `GatewayError`: `request_too_large` beyond
 * `maxBytes` (as soon as it is known, before and after decoding), `invalid_request`, `client_closed_request`.
 */
export async function readNodeBody(
  source: BodySource,
  headers: IncomingHttpHeaders,
  maxBytes: number,
): Promise<Uint8Array> {
  const coding = headers['content-encoding']
  if (coding === undefined || isPlain(coding)) return await collect(source, headers, maxBytes)
  const name = coding.trim().toLowerCase()
  const decoder = findDecoder(name)
  if (decoder === undefined) throw unknownCoding(name)
  const coded = await collect(source, headers, maxBytes)
  return await new Promise((resolve, reject) => {
    decoder.whole(coded, { maxOutputLength: maxBytes }, (error, bytes) => {
      if (error === null) resolve(bytes)
      else
        reject(
          'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
            ? tooLarge(maxBytes)
            : corruptCoding(name, error),
        )
    })
  })
}

function collect(source: BodySource, headers: IncomingHttpHeaders, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (source.readableDidRead) return reject(consumedBody())
    if (source.destroyed) return reject(clientGone())
    if (Number(headers['content-length']) > maxBytes) {
      discard(source)
      return reject(tooLarge(maxBytes))
    }
    const chunks: Buffer[] = []
    let size = 0
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= maxBytes) {
        chunks.push(chunk)
        return
      }
      source.removeListener('data', onData)
      discard(source)
      reject(tooLarge(maxBytes))
    }
    source.on('data', onData)
    source.on('end', () => {
      // A stream of HTTP/2 that its client has reset ends like a whole one.
      if (source.aborted === true || (source.stream?.rstCode ?? 0) !== 0) return reject(clientGone())
      const [only] = chunks
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size))
    })
    source.on('error', (cause) => reject(clientGone(cause)))
    source.on('aborted', () => reject(clientGone()))
    source.on('close', () => reject(clientGone()))
  })
}

/** A client reads the answer when it has sent its body, so the rest is taken, up to a bound. */
function discard(source: Readable): void {
  let size = 0
  source.on('error', () => undefined)
  source.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > MAX_DISCARDED_BYTES) source.destroy()
  })
}
