// What Node brings: this file stands behind `#platform` in package.json where `src/gateway/platform.ts` does elsewhere.
/** Work goes on after an answer. */
export const isLongLived: boolean = true
export { createMediaFetcher } from './media-fetcher.js'
export { createTransport } from './undici-transport.js'
