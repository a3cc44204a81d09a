import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Examples import the package by its name, as a user does, and so its build. Throws when there is none. */
export function assertBuilt(): void {
  if (existsSync(`${root}/dist/src/index.js`)) return
  throw new Error(
    'The examples run on the built package: `npm run build` first (`npm test` does it by itself).',
  )
}

/** A module that runs in a process of its own. */
export interface Running {
  /** Resolves with the first `http://…` that it prints; rejects when it ends before. */
  readonly url: Promise<string>
  /** Resolves with the exit code; null = by a signal. */
  readonly exited: Promise<number | null>
  /** Everything that it has written to standard output. */
  output(): string
  errors(): string
  stop(): void
}

/** Runs a module of this package: a file, or its text. The end of the test kills it. */
export function runModule(
  source: { readonly file: string } | { readonly text: string },
  environment: Readonly<Record<string, string>> = {},
): Running {
  const words = 'file' in source ? [source.file] : ['--input-type=module', '--eval', source.text]
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, words, { cwd: root, env: { PATH, ...environment } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const written = { output: '', errors: '' }
  const exited = once(child, 'close').then(([code]) => code as number | null)
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      written.output += chunk.toString()
      const [found] = /http:\/\/[\w.:/-]+(?=\s)/.exec(written.output) ?? []
      if (found !== undefined) resolve(found)
    })
    exited.then((code) => reject(new Error(`ended with ${code}: ${written.errors}`)), reject)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    written.errors += chunk.toString()
  })
  url.catch(() => undefined)
  return {
    url,
    exited,
    output: () => written.output,
    errors: () => written.errors,
    stop: () => void child.kill('SIGTERM'),
  }
}
