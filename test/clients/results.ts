import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE } from './install.js'
import type { Result } from './report.js'

const FILE = join(CACHE, 'results.json')

/** Results of this run and of earlier ones, so that the clients can be run one by one. */
export interface Results {
  /** In the place of an older one of the same client, upstream and trial; kept at once. */
  readonly add: (result: Result) => void
  readonly all: () => readonly Result[]
}

/** Reads what earlier runs have left in the cache. */
export function openResults(): Results {
  mkdirSync(CACHE, { recursive: true })
  const results = new Map(readResults().map((result) => [keyOf(result), result]))
  return {
    add(result) {
      results.set(keyOf(result), result)
      writeFileSync(FILE, JSON.stringify([...results.values()], null, 1))
    },
    all: () => [...results.values()],
  }
}

function readResults(): readonly Result[] {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as readonly Result[]
  } catch {
    return []
  }
}

function keyOf({ agent, upstream, trial }: Result): string {
  return [agent, upstream, trial].join(' → ')
}
