import { createRequire } from 'node:module'

/** The version of this package, by its own name: the built files lie elsewhere than these. */
export function readVersion(): string {
  const require = createRequire(import.meta.url)
  const { version } = require('crossmodel-gateway/package.json') as { readonly version: string }
  return version
}
