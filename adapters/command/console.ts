import { createHmac } from 'node:crypto'
import type { Console } from '../../src/console/index.js'
import type { Gateway, GatewayConfig } from '../../src/index.js'
import { createConsoleReport } from './console-report.js'
import { openPayments, type StripeSettings } from './payments.js'
import { CommandError, EXIT, type Terminal } from './terminal.js'

/** Where the commands mount the console. */
export const CONSOLE_PATH = '/console'

/** What the console of a command is made with. */
export interface ConsoleSettings {
  readonly config: Pick<GatewayConfig, 'console' | 'store' | 'limits' | 'outbox'>
  readonly operatorToken: string
  /** Null: it takes no top-ups. */
  readonly stripe: StripeSettings | null
}

/** Opens the console of a gateway with a token. Throws a {@link CommandError} for a token that cannot be one. */
export async function openConsole(
  gateway: Gateway,
  { config, operatorToken, stripe }: ConsoleSettings,
  terminal: Terminal,
): Promise<Console> {
  const { createConsole } = await import('../../src/console/index.js')
  const secrets = [operatorToken, stripe?.secretKey, stripe?.webhookSecret]
  const { onError, onPayment } = createConsoleReport(config, secrets, terminal)
  const payments = stripe === null ? undefined : await openPayments(stripe, onPayment)
  const { title, gatewayUrl } = config.console ?? {}
  try {
    return createConsole({ gateway, operatorToken, payments, title, gatewayUrl, onError })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new CommandError(`crossmodel-gateway: ${error.message}`, EXIT.usage)
  }
}

/** The token of `start`: as long as its folder is kept, links to the console hold. */
export function createConsoleToken(keySecret: string): string {
  return createHmac('sha256', keySecret).update('console token of start').digest('base64url')
}

/** What Stripe knows `start` by: its own as long as its folder is kept, as nobody else has the secret. */
export function createProjectName(keySecret: string): string {
  return `start-${createHmac('sha256', keySecret).update('project of start').digest('base64url')}`
}
