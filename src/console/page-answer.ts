import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { encodeBase64Url } from '../canonical/base64-url.js'
import type { GatewayRequest, GatewayResponse } from '../gateway/http/http.js'
import { acceptsGzip, hasCopy } from './page-request.js'
import { type PageBundle, renderPage } from './page-html.js'

/** Answers GET and HEAD with the page, or that the browser's copy is still it. */
export type AnswerPage = (
  request: GatewayRequest,
  headers: Record<string, string>,
) => Promise<GatewayResponse>

/** What is the same in all answers of one page. */
interface PreparedPage {
  readonly html: string
  /** Null where the runtime cannot compress. */
  readonly gzipped: Uint8Array | null
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
}

/** Renders, hashes and compresses the page when it is first asked for. */
export function createPageAnswer(page: PageBundle, title: string): AnswerPage {
  let known: PreparedPage | undefined
  return async ({ headers: asked }, headers) => {
    // Kept when done, not on the way: on Workers no request may wait for the work of another one.
    const { html, gzipped, etag, headers: own } = (known ??= await preparePage(page, title))
    const shared = { ...headers, ...own }
    if (hasCopy(asked, etag)) return { status: 304, headers: shared, body: '' }
    const whole = { ...shared, 'content-type': 'text/html; charset=utf-8' }
    if (gzipped === null || !acceptsGzip(asked)) return { status: 200, headers: whole, body: html }
    return { status: 200, headers: { ...whole, 'content-encoding': 'gzip' }, body: gzipped }
  }
}

async function preparePage(page: PageBundle, title: string): Promise<PreparedPage> {
  const html = renderPage(page, title)
  // Weak, as the same page goes out in two codings, and hosts may add a third.
  const etag = `W/"${encodeBase64Url(hash(html))}"`
  return {
    html,
    gzipped: await gzip(html),
    etag,
    headers: {
      // No proxy may touch what the policy allows by its hash.
      'cache-control': 'no-cache, no-transform',
      'content-security-policy': policyOf(page),
      'cross-origin-opener-policy': 'same-origin',
      etag,
      vary: 'accept-encoding',
    },
  }
}

function policyOf({ script, style }: PageBundle): string {
  return [
    "default-src 'none'",
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(style)}`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The one text that a policy allows. */
function sourceOf(text: string): string {
  return `'sha256-${btoa(String.fromCharCode(...hash(text)))}'`
}

function hash(text: string): Uint8Array {
  return sha256(utf8ToBytes(text))
}

/** Null where there is no `CompressionStream`: older Bun. */
async function gzip(text: string): Promise<Uint8Array | null> {
  if (typeof CompressionStream === 'undefined') return null
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
