import type { MediaConfig } from './config/config.js'
import type { MediaFetcher } from './send/media.js'

// What every platform has: `#platform` leads here wherever package.json names nothing better.
export { createTransport } from './send/fetch-transport.js'

/** Whether work goes on after an answer: on some of these platforms it does not, and none says which it is. */
export const isLongLived: boolean = false

/** None: without a look at the address behind a name, fetching a client's URLs is not safe. The host may give its own. */
export function createMediaFetcher(_options: MediaConfig): MediaFetcher | null {
  return null
}
