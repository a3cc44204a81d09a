import type { LedgerKind } from './api/types.js'

const WORDS: Readonly<Record<LedgerKind, string>> = {
  top_up: 'Credit',
  refund: 'Refund',
  adjustment: 'Adjustment',
  settle: 'Charge',
  hold: 'Hold',
  extend: 'Hold raised',
  release: 'Hold released',
  expire: 'Hold expired',
}

/** Which entries can be looked at: name in the address, words. */
export const LEDGER_VIEWS: readonly (readonly [name: string, words: string])[] = [
  ['', 'Money in and out'],
  ['payments', 'Credits and refunds'],
  ['charges', 'Charges'],
  ['all', 'All entries, with holds'],
]

const KINDS: Readonly<Record<string, readonly LedgerKind[] | null>> = {
  '': ['top_up', 'refund', 'adjustment', 'settle'],
  payments: ['top_up', 'refund', 'adjustment'],
  charges: ['settle'],
  all: null,
}

/** The filter of the API for a name in the address; null for all kinds. */
export function ledgerKinds(name: string = ''): string | null {
  const kinds = Object.hasOwn(KINDS, name) ? KINDS[name] : KINDS['']
  return kinds?.join(',') ?? null
}

/** What an entry of the books is called. */
export function ledgerWords(kind: LedgerKind): string {
  return WORDS[kind]
}
