import { encodeBase64Url } from '../canonical/base64-url.js'
import type { GatewayResponse } from '../gateway/http/http.js'

/** The bundled page. */
export interface PageBundle {
  readonly script: string
  readonly style: string
}

/** What a page needs of its own for one answer. */
export interface PageFacts {
  readonly title: string
  /** Random, for this answer alone. */
  readonly nonceBytes: Uint8Array
}

/** The page as one HTML document, which loads nothing more and runs nothing but its own script. */
export function renderPage(
  { script, style }: PageBundle,
  { title, nonceBytes }: PageFacts,
  headers: Record<string, string>,
): GatewayResponse {
  const nonce = encodeBase64Url(nonceBytes)
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript.</noscript>
<script nonce="${nonce}">${script}</script>
</body>
</html>
`
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy(nonce),
      'cross-origin-opener-policy': 'same-origin',
    },
    body,
  }
}

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? '')
}
