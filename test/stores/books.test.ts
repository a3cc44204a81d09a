import { describe, expect, it } from 'vitest'
import { createMemoryBooks } from '../../src/stores/memory/books.js'
import { entryDraft } from '../contracts/samples.js'

describe('memory books', () => {
  it('find holds that ended more than once, which an expiry before is not', () => {
    const books = createMemoryBooks(100)
    const write = (holdId: string, ...kinds: readonly ('hold' | 'expire' | 'settle' | 'release')[]): void => {
      for (const kind of kinds) books.add(entryDraft({ kind, holdId }))
    }
    write('once', 'hold', 'settle')
    write('late', 'hold', 'expire', 'settle')
    write('charged twice', 'hold', 'settle', 'settle')
    write('charged and released', 'hold', 'release', 'settle')
    write('open', 'hold')
    books.add(entryDraft({ kind: 'top_up' }))
    const twice = ['charged twice', 'charged and released']
    expect(books.sum(['acme', 'other'])).toEqual(
      new Map([
        ['acme', { entries: { balanceMicro: 0, heldMicro: 0 }, holdsEndedTwice: twice }],
        ['other', { entries: { balanceMicro: 0, heldMicro: 0 }, holdsEndedTwice: [] }],
      ]),
    )
  })

  it('add up what can no longer be read', () => {
    const books = createMemoryBooks(1)
    for (const accountId of ['acme', 'other', 'acme'])
      books.add(entryDraft({ accountId, balanceMicro: 5, heldMicro: 2 }))
    expect(books.read({ accountId: 'acme', limit: 10 })).toHaveLength(1)
    const sums = books.sum(['acme', 'other'])
    expect(sums.get('acme')?.entries).toEqual({ balanceMicro: 10, heldMicro: 4 })
    expect(sums.get('other')?.entries).toEqual({ balanceMicro: 5, heldMicro: 2 })
  })
})
