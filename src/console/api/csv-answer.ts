import type { GatewayResponse } from '../../gateway/http/http.js'

/** Lines are written together: each chunk is a write of its own to the socket. */
const CHUNK_LENGTH = 64 * 1024

/**
 * Lines of CSV as a file to be saved, streamed as they are read. Rejects with what reading the first of them throws;
 * what breaks later cuts the answer, so that half a table never looks whole.
 */
export async function answerCsv(
  lines: AsyncIterable<string>,
  headers: Record<string, string>,
): Promise<GatewayResponse> {
  const iterator = inChunks(lines)[Symbol.asyncIterator]()
  const first = await iterator.next()
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': 'text/csv; charset=utf-8',
      // A name here would win over the one that a link of the page gives; without both it is the end of the path.
      'content-disposition': 'attachment',
    },
    body: startWith(first, iterator),
  }
}

async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let chunk = ''
  for await (const line of lines) {
    chunk += line
    if (chunk.length < CHUNK_LENGTH) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

/** The iterator with its first step put back. */
function startWith(first: IteratorResult<string>, iterator: AsyncIterator<string>): AsyncIterable<string> {
  let isTaken = false
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        if (isTaken) return iterator.next()
        isTaken = true
        return Promise.resolve(first)
      },
      async return() {
        await iterator.return?.()
        return { done: true, value: undefined }
      },
    }),
  }
}
