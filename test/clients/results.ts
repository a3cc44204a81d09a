import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Agent } from './agents/agent.js'
import { CACHE } from './install.js'
import { type Result, writeReport } from './report.js'

const FILE = join(CACHE, 'results.json')
const REPORT = join(CACHE, 'report.md')

/** Results of this run and of earlier ones, so that the clients can be run one by one. */
export interface Results {
  /** In the place of an older one of the same client, upstream and trial; kept at once. */
  readonly add: (result: Omit<Result, 'begun' | 'node'>) => void
  /** Writes them into the cache as Markdown, and answers that. */
  readonly report: (agents: readonly Agent[]) => string
}

/** Reads what earlier runs have left in the cache. */
export function openResults(): Results {
  mkdirSync(CACHE, { recursive: true })
  const run = { begun: new Date().toISOString(), node: process.versions.node }
  const results = new Map(readResults().map((result) => [keyOf(result), result]))
  return {
    add(result) {
      results.set(keyOf(result), { ...result, ...run })
      writeFileSync(FILE, JSON.stringify([...results.values()], null, 1))
    },
    report(agents) {
      const report = writeReport(agents, [...results.values()])
      writeFileSync(REPORT, `${report}\n`)
      return report
    },
  }
}

function readResults(): readonly Result[] {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as readonly Result[]
  } catch {
    return []
  }
}

function keyOf({ agent, upstream, trial }: Omit<Result, 'begun' | 'node'>): string {
  return [agent, upstream, trial].join(' → ')
}
