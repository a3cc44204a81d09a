import { describe, expect, it } from 'vitest'
import {
  createEventAligner,
  createSseParser,
  createStreamTranslator,
  type JsonObject,
  parseSse,
  type StreamTranslator,
  translateRequest,
  translateResponse,
} from '../../src/index.js'
import { FACTS, PAIRS, routeOf } from './support/protocols.js'
import { simulatedClient } from './support/simulated-clients.js'
import { replyOf } from './support/streams.js'
import { type VendorAnswer, WRITE_ANSWER } from './support/vendor-answers.js'

const SMALL = 200
const TIMES = 10
/** Ten times as much may take ten times as long, and as much again for a busy machine; a quadratic cost is a hundred. */
const MOST = 25

/** Shortest of several runs, in milliseconds: what else the machine does only ever adds. */
function fastest(run: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    run()
    best = Math.min(best, performance.now() - start)
  }
  return best
}

/** Measures work at both sizes; what is too short to measure counts as a twentieth of a millisecond. */
function growth(work: (size: number) => () => void): number {
  const [small, large] = [work(SMALL), work(SMALL * TIMES)]
  small()
  large()
  return fastest(large) / Math.max(fastest(small), 0.05)
}

const answer = (more: Partial<VendorAnswer>): VendorAnswer => ({
  id: 'a',
  thought: null,
  text: 'words',
  calls: [],
  usage: { input: 1, cached: 0, output: 1, thinking: 0 },
  pieceLength: 4,
  ...more,
})

const calls = (count: number, length: number): VendorAnswer['calls'] =>
  Array.from({ length: count }, (_, at) => ({
    id: `call_${at}`,
    name: 'find',
    input: JSON.stringify({ q: 'x'.repeat(length) }),
  }))

const STREAMS: Readonly<Record<string, (size: number) => VendorAnswer>> = {
  'pieces of text': (size) => answer({ text: 'word'.repeat(size) }),
  'pieces of thought': (size) => answer({ thought: { text: 'hmm '.repeat(size), seal: 'c2VhbA==' } }),
  'pieces of arguments': (size) => answer({ calls: calls(1, size * 4) }),
  calls: (size) => answer({ calls: calls(size, 4) }),
}

describe.each(PAIRS)('cost grows no faster than what is translated: $name', (pair) => {
  it.each(Object.entries(STREAMS))('a stream, in %s', (_name, make) => {
    const reply = replyOf(pair)
    const ratio = growth((size) => {
      const events = parseSse(WRITE_ANSWER[pair.protocol.id](make(size)).events.join(''))
      return () => {
        const translator: StreamTranslator = createStreamTranslator(reply, FACTS)
        for (const event of events) translator.push(event)
        translator.end()
      }
    })
    expect(ratio).toBeLessThan(MOST)
  })

  it('a whole answer, in calls', () => {
    const reply = replyOf(pair)
    const ratio = growth((size) => {
      const { body } = WRITE_ANSWER[pair.protocol.id](answer({ calls: calls(size, 4) }))
      return () => void translateResponse(body, reply, FACTS)
    })
    expect(ratio).toBeLessThan(MOST)
  })

  it.each(['messages', 'tools'])('a request, in %s', (what) => {
    const client = simulatedClient(pair.client)
    const ratio = growth((size) => {
      const body = what === 'tools' ? withTools(client.request(client.open('Hi')), size) : longRequest(size)
      return () => void translateRequest(body, routeOf(pair))
    })
    expect(ratio).toBeLessThan(MOST)

    function longRequest(size: number): JsonObject {
      const turns = Array.from({ length: size }, (_, at) => {
        const called = [{ id: `call_${at}`, name: 'find', input: '{"q":"x"}' }]
        return [...client.call(called), ...client.reply(called, { results: ['found'], remark: null })]
      })
      return client.request([...client.open('Hi'), ...turns.flat()])
    }
  })
})

function withTools(body: JsonObject, count: number): JsonObject {
  const [tool] = body['tools'] as unknown as readonly JsonObject[]
  const renamed = Array.from(
    { length: count },
    (_, at) => JSON.parse(JSON.stringify(tool).replace('"find"', `"find_${at}"`)) as JsonObject,
  )
  return { ...body, tools: renamed }
}

describe('cost of the bytes around it grows no faster than a stream that comes in small pieces', () => {
  const READERS: Readonly<Record<string, () => (piece: string) => void>> = {
    'the parser': () => {
      const parser = createSseParser({ onEvent: () => undefined })
      return (piece) => parser.push(piece)
    },
    'the aligner': () => {
      const aligner = createEventAligner()
      return (piece) => void aligner.push(piece)
    },
  }

  it.each(Object.entries(READERS))('%s, in one long event', (_name, create) => {
    const ratio = growth((size) => {
      const pieces = `data: ${'x'.repeat(size * 40)}\n\n`.match(/[^]{1,8}/g) ?? []
      return () => {
        const read = create()
        for (const piece of pieces) read(piece)
      }
    })
    expect(ratio).toBeLessThan(MOST)
  })
})
