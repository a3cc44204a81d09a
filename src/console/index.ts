import { script, style } from '#console-page'
import { type Console, createConsoleWith } from './console-handler.js'
import type { ConsoleOptions } from './options.js'

export type { Console } from './console-handler.js'
export { ConsoleError, type ConsoleErrorCode } from './console-error.js'
export type { ConsoleErrorEvent, ConsoleOptions } from './options.js'
export type { OwnerLimits } from './owner-limits.js'
export type { Access, Authorize, Member, Principal } from './principal.js'
export type { ClientAddress } from './session/client-address.js'
export type * from './payments/payment-provider.js'
export type * from './payments/payment-event.js'
export type * as ConsoleApi from './api/types.js'

/**
 * The console of a gateway: an API for accounts, keys, money and usage, and a page that uses it. Mounted by the same
 * adapters as the gateway, behind any prefix. Throws a `TypeError` for options that cannot be.
 *
 * @example
 * const console = createConsole({ gateway, operatorToken: process.env.OPERATOR_TOKEN })
 * app.use('/console', toExpress(console))
 */
export function createConsole(options: ConsoleOptions): Console {
  return createConsoleWith(options, { script, style })
}
