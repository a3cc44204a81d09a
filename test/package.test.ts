import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly types: string
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly files: readonly string[]
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest

test('TypeScript 5 under module commonjs, which reads no exports, finds the types of every entry', () => {
  const entries = Object.entries(manifest.exports).flatMap(([path, entry]) =>
    typeof entry === 'string' ? [] : [[path.replace(/^\.\/?/, ''), entry.types] as const],
  )
  const named = entries.filter(([path]) => path !== '').map(([path, types]) => [path, [types]] as const)
  expect(entries.length).toBeGreaterThan(10)
  expect(manifest.types).toBe(entries.find(([path]) => path === '')?.[1])
  expect(manifest.typesVersions).toEqual({ '*': Object.fromEntries(named) })
})

test('what the README links to is in the package', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8')
  const links = [...readme.matchAll(/\]\(([^)#\s]+)\)/g)].map(([, link = '']) => link)
  const inside = links.filter((link) => existsSync(`${root}${link}`))
  // For who changes the package: it is only in the repository.
  const missing = inside.filter(
    (link) => !manifest.files.includes(link.split('/', 1)[0] ?? '') && link !== 'AGENTS.md',
  )
  expect(inside).toContain('examples')
  expect(missing).toEqual([])
})
