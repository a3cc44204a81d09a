import { expect } from 'vitest'
import type { ConsoleOptions } from '../../src/console/options.js'
import type { Overrides } from '../support/test-gateway.js'
import { useSqliteFiles } from '../adapters/stores/sqlite/files.js'
import { type Actor, createTestConsole, type TestConsole } from './support.js'

type Create = (options?: Partial<ConsoleOptions>, overrides?: Overrides) => Promise<TestConsole>

/** What a console of the tests keeps its accounts in; call it once for each test file. */
export function useEngines(): readonly (readonly [name: string, create: Create])[] {
  const { open } = useSqliteFiles()
  return [
    ['memory', createTestConsole],
    [
      'SQLite',
      async (options, overrides) => createTestConsole(options, { ...overrides, stores: await open() }),
    ],
  ]
}

/** A name that would do harm wherever it is taken for more than a text. */
export const NASTY = `<img src=x onerror=alert(1)>"'\`\${x}</script>\u2028=1+1`

/** All pages of a list, and how many there were. */
export async function readAll(
  { get }: Actor,
  path: string,
): Promise<{ readonly all: unknown[]; readonly pages: number }> {
  const all: unknown[] = []
  let after = ''
  for (let pages = 1; ; pages += 1) {
    const { json, status } = await get(`${path}${path.includes('?') ? '&' : '?'}limit=2${after}`)
    expect(status).toBe(200)
    all.push(...json.data)
    if (json.next === null) return { all, pages }
    after = `&after=${json.next}`
  }
}
