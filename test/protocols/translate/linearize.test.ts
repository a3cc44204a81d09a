import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accumulate } from '../../../src/canonical/accumulate.js'
import type { BlockStart, StreamPart } from '../../../src/canonical/stream.js'
import { createJsonScanner } from '../../../src/protocols/translate/json-scanner.js'
import { createLinearizer } from '../../../src/protocols/translate/linearize.js'

const START: StreamPart = { type: 'start', id: 'r', model: 'm' }
const FINISH: StreamPart = { type: 'finish', finish: { reason: 'stop' } }

const call = (id: string): BlockStart => ({ kind: 'tool', tool: 'function', id, name: `f_${id}` })
const open = (key: number, block: BlockStart): StreamPart => ({ type: 'open', key, block })
const delta = (key: number, text: string): StreamPart => ({ type: 'delta', key, text })
const close = (key: number): StreamPart => ({ type: 'close', key, status: 'complete' })

/** What comes out for each part that goes in. */
function steps(parts: readonly StreamPart[], limit?: number): readonly (readonly StreamPart[])[] {
  const linearizer = createLinearizer(limit)
  return parts.map((part) => linearizer.push(part))
}

const linearize = (parts: readonly StreamPart[]): readonly StreamPart[] => steps(parts).flat()

/** The first part that breaks strict nesting: one block open at a time, each once, all closed before the end. */
function firstUnnested(parts: readonly StreamPart[]): StreamPart | null {
  let current: number | null = null
  const seen = new Set<number>()
  for (const part of parts) {
    const key = 'key' in part ? part.key : null
    const opens = part.type === 'open'
    const wanted = opens || part.type === 'finish' ? null : key
    if (key === null ? part.type === 'finish' && current !== null : current !== wanted) return part
    if (opens && seen.has(part.key)) return part
    if (opens) seen.add(part.key)
    if (opens) current = part.key
    if (part.type === 'close') current = null
  }
  return null
}

interface Block {
  readonly start: BlockStart
  readonly pieces: readonly string[]
}

const cut = (text: string, at: readonly number[]): readonly string[] => {
  const places = [...new Set(at.map((place) => place % (text.length + 1)))].sort((one, other) => one - other)
  const bounds = [0, ...places, text.length]
  return bounds.slice(1).map((end, index) => text.slice(bounds[index], end))
}

const cuts = fc.array(fc.nat(40), { maxLength: 4 })

const functionBlock: fc.Arbitrary<Block> = fc
  .tuple(fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 })), cuts, fc.uuid())
  .map(([args, at, id]) => ({ start: call(id), pieces: cut(JSON.stringify(args), at) }))

const textBlock: fc.Arbitrary<Block> = fc
  .tuple(fc.constantFrom('text', 'reasoning', 'refusal'), fc.string({ minLength: 1, maxLength: 20 }), cuts)
  .map(([kind, text, at]) => ({ start: { kind } as BlockStart, pieces: cut(text, at) }))

const customBlock: fc.Arbitrary<Block> = fc
  .tuple(fc.string({ maxLength: 20 }), cuts, fc.uuid())
  .map(([text, at, id]) => ({
    start: { kind: 'tool', tool: 'custom', id, name: 'patch' } as const,
    pieces: cut(text, at),
  }))

const blocks = fc.array(fc.oneof(functionBlock, textBlock, customBlock), { minLength: 1, maxLength: 5 })

const script = ({ start, pieces }: Block, key: number): StreamPart[] => [
  open(key, start),
  ...pieces.map((text) => delta(key, text)),
  close(key),
]

/** A stream whose blocks are interleaved as `order` says. */
function interleave(all: readonly Block[], order: readonly number[]): StreamPart[] {
  const scripts = all.map(script)
  const merged: StreamPart[] = []
  for (const pick of order) {
    const part = scripts[pick % scripts.length]?.shift()
    if (part !== undefined) merged.push(part)
  }
  return [START, ...merged, ...scripts.flat(), FINISH]
}

const interleaved = fc
  .tuple(blocks, fc.array(fc.nat(4), { maxLength: 40 }))
  .map(([all, order]) => interleave(all, order))

describe('the linearizer as a law', () => {
  it('gives strictly nested blocks that say the same, in the order in which they were opened', () => {
    fc.assert(
      fc.property(interleaved, (parts) => {
        const out = linearize(parts)
        expect(firstUnnested(out)).toBeNull()
        expect(accumulate(out)).toEqual(accumulate(parts))
      }),
    )
  })

  it('changes nothing when it is applied again', () => {
    fc.assert(
      fc.property(interleaved, (parts) => {
        const once = linearize(parts)
        expect(linearize(once)).toEqual(once)
      }),
    )
  })

  it('lets blocks that follow each other pass at once, part by part', () => {
    fc.assert(
      fc.property(blocks, (all) => {
        const parts = [START, ...all.flatMap(script), FINISH]
        expect(steps(parts)).toEqual(parts.map((part) => [part]))
      }),
    )
  })

  it('streams calls one after the other without delay though the vendor closes them all at the end', () => {
    fc.assert(
      fc.property(fc.array(functionBlock, { minLength: 2, maxLength: 5 }), (all) => {
        const closes: StreamPart[] = []
        const parts = all.flatMap((block, key) => {
          const own = script(block, key)
          closes.push(...own.splice(-1))
          return own
        })
        const out = steps([...parts, ...closes, FINISH])
        parts.forEach((part, at) => expect(out[at]).toContainEqual(part))
        expect(firstUnnested(out.flat())).toBeNull()
      }),
    )
  })

  it('takes nothing more for a block that waits and is closed', () => {
    const parts = [START, open(0, call('a')), open(1, call('b')), delta(1, '{}'), close(1)]
    const late = [delta(1, 'x'), close(1), close(0), FINISH]
    expect(linearize([...parts, ...late])).toEqual(linearize([...parts, close(0), FINISH]))
  })

  it('never throws and stays nested whatever comes in', () => {
    const key = fc.nat(3)
    const any = fc.oneof(
      fc.tuple(key, fc.constantFrom<BlockStart>(call('a'), { kind: 'text' })).map(([k, b]) => open(k, b)),
      fc.tuple(key, fc.string({ maxLength: 6 })).map(([k, text]) => delta(k, text)),
      key.map(close),
      fc.constant(FINISH),
    )
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (parts) => {
        const once = new Set<number>()
        const valid = parts.filter((part) => {
          if (part.type !== 'open') return true
          if (once.has(part.key)) return false
          once.add(part.key)
          return true
        })
        expect(firstUnnested(linearize(valid))).toBeNull()
      }),
    )
  })
})

describe('the linearizer', () => {
  it('case 4: keeps two interleaved calls apart', () => {
    const parts = [open(0, call('a')), open(1, call('b')), delta(0, '{"x"'), delta(1, '{}'), delta(0, ':1}')]
    expect(linearize([...parts, close(0), close(1), FINISH])).toEqual([
      open(0, call('a')),
      delta(0, '{"x"'),
      delta(0, ':1}'),
      close(0),
      open(1, call('b')),
      delta(1, '{}'),
      close(1),
      FINISH,
    ])
  })

  it('case 46b: holds arguments of a later call until the earlier one has all of its bytes', () => {
    const out = steps([
      open(0, call('a')),
      delta(0, '{"x":'),
      open(1, call('b')),
      delta(1, '{"y":2}'),
      delta(0, '1}'),
    ])
    expect(out).toEqual([
      [open(0, call('a'))],
      [delta(0, '{"x":')],
      [],
      [],
      [delta(0, '1}'), close(0), open(1, call('b')), delta(1, '{"y":2}')],
    ])
  })

  it('case 12: puts text that arrives amid a call into a block of its own after it', () => {
    const parts = [
      open(0, call('a')),
      delta(0, '{'),
      open(1, { kind: 'text' }),
      delta(1, 'hi'),
      delta(0, '}'),
    ]
    expect(linearize([...parts, FINISH])).toEqual([
      open(0, call('a')),
      delta(0, '{'),
      delta(0, '}'),
      close(0),
      open(1, { kind: 'text' }),
      delta(1, 'hi'),
      close(1),
      FINISH,
    ])
  })

  it('drops what follows the end of arguments, and says so', () => {
    const out = linearize([open(0, call('a')), delta(0, '{"x":1}{"y":2}'), close(0), FINISH])
    expect(out.map((part) => part.type)).toEqual(['open', 'delta', 'warning', 'close', 'finish'])
    expect(out[1]).toEqual(delta(0, '{"x":1}'))
  })

  it('drops fragments for a call that was closed early, and says so', () => {
    const parts = [open(0, call('a')), delta(0, '{}'), open(1, call('b')), delta(0, 'x'), delta(0, ' ')]
    expect(steps(parts).map((out) => out.map(({ type }) => type))).toEqual([
      ['open'],
      ['delta'],
      ['close', 'open'],
      ['warning'],
      [],
    ])
  })

  it('closes as incomplete a call whose arguments never ended', () => {
    const out = linearize([open(0, call('a')), delta(0, '{"x":'), FINISH])
    expect(out).toContainEqual({ type: 'close', key: 0, status: 'incomplete' })
  })

  it('passes usage, warnings and pings at once while blocks wait', () => {
    const usage: StreamPart = { type: 'usage', usage: { inputTokens: 3 } }
    const out = steps([open(0, call('a')), open(1, { kind: 'text' }), usage, { type: 'ping' }])
    expect(out.slice(2)).toEqual([[usage], [{ type: 'ping' }]])
  })

  it('ends with an error when more waits than the limit, and says nothing after it', () => {
    const parts = [open(0, call('a')), open(1, { kind: 'text' }), delta(1, 'x'.repeat(600)), delta(0, '{}')]
    const out = steps([...parts, FINISH], 1_000)
    expect(out.slice(2)).toEqual([
      [{ type: 'error', error: expect.objectContaining({ kind: 'garbage' }) as unknown }],
      [],
      [],
    ])
  })

  it('lets an error through at once and nothing after it', () => {
    const error: StreamPart = { type: 'error', error: { kind: 'truncated', message: 'cut' } }
    expect(steps([open(0, call('a')), open(1, call('b')), error, FINISH]).slice(2)).toEqual([[error], []])
  })
})

describe('the JSON scanner', () => {
  it('finds the end of any object or list, however it is cut', () => {
    const nested = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()))
    fc.assert(
      fc.property(nested, cuts, (value, at) => {
        const scanner = createJsonScanner()
        const text = JSON.stringify(value)
        const taken = cut(text, at).map((piece) => [scanner.feed(piece), piece.length])
        expect(taken.every(([got, all]) => got === all)).toBe(true)
        expect(scanner.complete).toBe(true)
        expect(scanner.feed('x')).toBe(0)
      }),
    )
  })

  it.each(['"}"', '3', 'null', '}', 'x{}'])('takes all of %s, which has no end of its own', (text) => {
    const scanner = createJsonScanner()
    expect(scanner.feed(text)).toBe(text.length)
    expect(scanner.complete).toBe(false)
  })
})
