import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundlePage } from '../../../scripts/console-page.mjs'
import { renderPage } from '../../../src/console/page-html.js'

const MAX_GZIPPED_BYTES = 120 * 1024
/** Names of vocabularies, never fetched. */
const NAMESPACES = [
  'http://www.w3.org/1998/Math/MathML',
  'http://www.w3.org/1999/xhtml',
  'http://www.w3.org/2000/svg',
]

let page = { script: '', style: '' }
let html = ''

beforeAll(async () => {
  page = await bundlePage()
  html = renderPage(page, 'Console')
})

describe('the page as it is sent', () => {
  it('is small enough, script and style and all', () => {
    expect(html.length).toBeGreaterThan(50_000)
    expect(gzipSync(html).length).toBeLessThanOrEqual(MAX_GZIPPED_BYTES)
  })

  it('names no other origin', () => {
    const urls = html.match(/(?:\b(?:https?|wss?):)\/\/[^\s"'`)<>]+/gi) ?? []
    expect([...new Set(urls)].sort()).toEqual(NAMESPACES)
    expect(page.style).not.toMatch(/@import|url\(/)
  })

  it('ends none of its own elements early', () => {
    expect(page.script).not.toMatch(/<\/script|<!--/i)
    expect(page.style).not.toMatch(/<\/style/i)
    expect(html.match(/<\/script>/g)).toHaveLength(1)
  })

  it('is parsed to what its policy has the hashes of', () => {
    expect(page.script + page.style).not.toMatch(/[\r\0]/)
    expect(Buffer.from(html).toString()).toBe(html)
  })

  it('runs under a policy that forbids evaluated code and styles in attributes', () => {
    expect(page.script).not.toMatch(
      /\beval\(|new Function\(|document\.write|insertAdjacentHTML|\bcssText\s*=\s*[`"']/,
    )
    expect(html).not.toMatch(/\sstyle="|\son[a-z]+="/)
  })
})

describe('the sources of the page', () => {
  const folder = fileURLToPath(new URL('../../../src/console/page/', import.meta.url))
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => ({ name, text: readFileSync(folder + name, 'utf8') }))
  const namesWith = (pattern: RegExp): string[] =>
    sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name)

  it('make text of whatever the API sends, never HTML', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(namesWith(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc/i)).toEqual([])
  })

  it('have no styles in attributes, and no address of anybody', () => {
    expect(namesWith(/\sstyle=|cssText|https?:\/\//)).toEqual([])
  })

  it('take only types from the server, and nothing but Preact and uPlot from others', () => {
    const imports = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/^(?:import|export)\s+(type\s+)?[^'"]*?from\s+'([^']+)'/gm)].map(
        ([, type, from = '']) => ({
          name,
          isType: type !== undefined,
          from,
        }),
      ),
    )
    expect(imports.length).toBeGreaterThan(200)
    const packages = new Set(imports.map(({ from }) => from).filter((from) => !from.startsWith('.')))
    expect([...packages].sort()).toEqual(['preact', 'preact/hooks', 'uplot'])
    const leaving = imports.filter(
      ({ name, from }) => from.split('../').length - 1 > name.split('/').length - 1,
    )
    expect(leaving).toEqual([{ name: 'api/types.ts', isType: true, from: '../../api/types.js' }])
  })
})
