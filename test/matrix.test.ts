import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { buildMatrix } from '../scripts/build-matrix.mjs'
import * as api from '../src/index.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the README has the table of protocols and features as it is: node scripts/build-matrix.mjs --write when this fails', () => {
  const [, shown] = /<!-- matrix -->\n\n([^]*?)\n\n<!-- \/matrix -->/.exec(readme) ?? []
  expect(shown).toBe(buildMatrix(api))
})
