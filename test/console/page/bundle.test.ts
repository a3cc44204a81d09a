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
  const { body } = renderPage(page, { title: 'Console', nonceBytes: new Uint8Array(18) }, {})
  html = typeof body === 'string' ? body : ''
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

  it('runs under a policy that forbids evaluated code and styles in attributes', () => {
    expect(page.script).not.toMatch(
      /\beval\(|new Function\(|document\.write|insertAdjacentHTML|\bcssText\s*=\s*[`"']/,
    )
    expect(html).not.toMatch(/\sstyle="|\son[a-z]+="/)
  })
})
