import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../..', import.meta.url))
const runtimes = process.env['CROSSMODEL_RUNTIMES']

/** A Node of another version, from npm; null when it is not installed, which is printed, or is an error in CI. */
function findNode(major: number): string | null {
  const path = join(runtimes ?? root, `node_modules/node${major}/bin/node`)
  if (existsSync(path)) return path
  const reason = `Node ${major} is not installed (looked for ${path})`
  if (process.env['CROSSMODEL_NO_SKIP'] === '1') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return null
}

/** A whole run of the contracts on a busy machine. */
const RUN_TIMEOUT_MS = 300_000

interface Report {
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

describe('the contracts of the SQLite stores', () => {
  for (const major of [22, 24]) {
    const node = findNode(major)
    it.skipIf(node === null)(
      `hold on Node ${major} with both drivers`,
      { timeout: RUN_TIMEOUT_MS },
      async () => {
        const vitest = join(root, 'node_modules/vitest/vitest.mjs')
        const tests = 'test/adapters/stores/sqlite/contracts.test.ts'
        const { stdout } = await run(node ?? '', [vitest, 'run', tests, '--reporter=json'], {
          cwd: root,
          maxBuffer: 64e6,
        })
        const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as Report
        const names = report.testResults
          .flatMap(({ assertionResults }) => assertionResults)
          .filter(({ status }) => status === 'passed')
          .map(({ fullName }) => fullName)
        expect(report.numFailedTests).toBe(0)
        for (const driver of ['libsql', 'node:sqlite'])
          expect(names.filter((name) => name.startsWith(`sqlite on ${driver}:`)).length).toBeGreaterThan(50)
      },
    )
  }
})
