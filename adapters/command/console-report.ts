import { ConsoleError, type ConsoleErrorEvent, type PaymentOutcome } from '../../src/console/index.js'
import { GatewayError } from '../../src/index.js'
import { type Addresses, addressesOf, createQuiet, printLine } from './report.js'
import { withoutSecrets } from './stores.js'
import type { Terminal } from './terminal.js'

/** What a console tells its operator. */
export interface ConsoleReport {
  readonly onError: (event: ConsoleErrorEvent) => void
  readonly onPayment: (outcome: PaymentOutcome) => void
}

/** Below the console's mount. */
const WEBHOOKS = '/api/v1/webhooks/'
const MOST_PATH = 200
/** Of a signed webhook that contradicts the books, or is no money of theirs. */
const NOT_BOOKED: ReadonlySet<number> = new Set([409, 422])

/**
 * Writes a line of JSON for what the console failed at, for a webhook that was not booked, for a wrong token, and for each
 * payment, refund and dispute that was booked. Nothing of the addresses and secrets is shown.
 */
export function createConsoleReport(
  config: Addresses,
  secrets: readonly (string | undefined)[],
  { printError }: Pick<Terminal, 'printError'>,
): ConsoleReport {
  const hidden = [...addressesOf(config), ...secrets.filter((secret) => secret !== undefined)]
  const quiet = createQuiet()
  return {
    onError(event) {
      const { requestId, method, path, error, cause } = event
      const isWebhook = path.startsWith(WEBHOOKS)
      if (error.status < 500 && !isWebhook && error.code !== 'wrong_token') return
      const times = quiet(`${isWebhook}.${error.code}`, isUrgent(event))
      if (times === null) return
      const { status, code, message } = error
      const request = { requestId, method, path: path.slice(0, MOST_PATH) }
      const reason = reasonOf(cause, hidden)
      printLine(printError, { event: 'console_error', ...request, status, code, message, times, reason })
    },
    onPayment({ provider, event, result, postedMicro, shortfallMicro, suspended }) {
      if (result !== 'posted' && !suspended) return
      const booked = { postedMicro, shortfallMicro, suspended }
      printLine(printError, { event: 'payment', provider, ...event, ...booked })
    },
  }
}

/** What nobody can bring about who is not signed in or signed by the payment provider; the rest comes as often as one likes. */
function isUrgent({ error }: ConsoleErrorEvent): boolean {
  return error.status >= 500 || NOT_BOOKED.has(error.status)
}

/** What the client was not told. */
function reasonOf(thrown: unknown, hidden: readonly string[]): string | undefined {
  if (thrown instanceof ConsoleError) return undefined
  const cause = GatewayError.isInstance(thrown) ? thrown.cause : thrown
  return cause === undefined ? undefined : withoutSecrets(cause, ...hidden)
}
