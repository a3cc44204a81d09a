import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))

/** What went wrong in other gateways, by number: 1 to 78, some of them in parts. */
const NUMBERED = Array.from({ length: 78 }, (_, at) => String(at + 1))
const CASES: readonly string[] = [...NUMBERED, '46a', '46b', '46c', '46d']

/** In a title: the word and a number, or several. */
const NAMED = /['"`][^'"`\n]*\bcases? (\d+[a-d]?(?:(?:, | and |, case )\d+[a-d]?)*)/g

function casesIn(source: string): readonly string[] {
  return [...source.matchAll(NAMED)].flatMap(([, list = '']) => list.match(/\d+[a-d]?/g) ?? [])
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const named = new Set(files.flatMap((file) => casesIn(readFileSync(`${root}${file}`, 'utf8'))))

test('every acceptance case is named by a test', () => {
  expect(named.size).toBeGreaterThan(60)
  expect(CASES.filter((number) => !named.has(number))).toEqual([])
})

test('a test names no case that does not exist', () => {
  expect([...named].filter((number) => !CASES.includes(number))).toEqual([])
})
