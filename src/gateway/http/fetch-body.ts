import { GatewayError } from '../../errors.js'
import { clientGone, consumedBody, corruptCoding, unknownCoding } from './face-errors.js'
import { tooLarge } from './read-body.js'

/** What is read and thrown away of a body over the limit, so that the client comes to read the answer. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024

const CODINGS: Readonly<Record<string, CompressionFormat>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
}

/**
 * Reads the body of a web-standard request, content coding removed. Rejects with a `GatewayError`:
 * `request_too_large` beyond `maxBytes` (before and after decoding), `invalid_request`, `client_closed_request`.
 */
export async function readFetchBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN)
  if (request.bodyUsed) throw consumedBody()
  if (declared > maxBytes) {
    if (request.body !== null && declared <= MAX_DISCARDED_BYTES) await discard(request.body.getReader())
    throw tooLarge(maxBytes)
  }
  const coding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (coding !== 'identity') return await readCoded(request, coding, maxBytes)
  if (declared >= 0) return await readDeclared(request, maxBytes)
  return request.body === null ? new Uint8Array(0) : await collect(request.body, maxBytes)
}

/** A body of a known length is cheapest read whole; the HTTP parser holds the client to that length. */
async function readDeclared(request: Request, maxBytes: number): Promise<Uint8Array> {
  let bytes: ArrayBuffer
  try {
    bytes = await request.arrayBuffer()
  } catch (cause) {
    throw clientGone(cause)
  }
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes)
  return new Uint8Array(bytes)
}

async function readCoded(request: Request, coding: string, maxBytes: number): Promise<Uint8Array> {
  const format = CODINGS[coding]
  if (format === undefined) throw unknownCoding(coding)
  if (request.body === null) return new Uint8Array(0)
  const decoder = new DecompressionStream(format) as ReadableWritablePair<Uint8Array, Uint8Array>
  const decoded = request.body.pipeThrough(decoder)
  try {
    return await collect(decoded, maxBytes)
  } catch (error) {
    if (GatewayError.isInstance(error) && error.code === 'request_too_large') throw error
    throw request.signal.aborted ? clientGone(error) : corruptCoding(coding, error)
  }
}

async function collect(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const step = await readNext(reader)
    if (step.done) return concat(chunks, size)
    size += step.value.byteLength
    if (size > maxBytes) {
      await discard(reader)
      throw tooLarge(maxBytes)
    }
    chunks.push(step.value)
  }
}

async function readNext(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read()
  } catch (cause) {
    throw clientGone(cause)
  }
}

/** Some runtimes close the connection of a request that is answered or cancelled half read: its client never sees the answer. */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    for (let size = 0; size < MAX_DISCARDED_BYTES;) {
      const step = await reader.read()
      if (step.done) return
      size += step.value.byteLength
    }
    await reader.cancel()
  } catch {
    // The client left: nothing to throw away any more.
  }
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const only = chunks[0]
  if (chunks.length === 1 && only !== undefined) return only
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}
