import { createHmac } from 'node:crypto'
import type { Console, PaymentProvider } from '../../src/console/index.js'
import type { Gateway } from '../../src/index.js'
import { loadPackage } from './load-package.js'
import { CommandError, EXIT, type Terminal } from './terminal.js'

/** Where the commands mount the console. */
export const CONSOLE_PATH = '/console'

/** Opens the console of a gateway with a token; top-ups by Stripe when its secrets are in the environment. */
export async function openConsole(
  gateway: Gateway,
  operatorToken: string,
  terminal: Terminal,
): Promise<Console> {
  const { createConsole } = await import('../../src/console/index.js')
  const payments = await openPayments(terminal)
  try {
    return createConsole({ gateway, operatorToken, payments })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new CommandError(`crossmodel-gateway: ${error.message}`, EXIT.usage)
  }
}

/** The token of `start`: as long as its folder is kept, links to the console hold. */
export function createConsoleToken(keySecret: string): string {
  return createHmac('sha256', keySecret).update('console token of start').digest('base64url')
}

async function openPayments({ environment }: Terminal): Promise<PaymentProvider | undefined> {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = environment
  if (!secretKey && !webhookSecret) return undefined
  if (!secretKey || !webhookSecret) {
    const message = 'STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET must be set together'
    throw new CommandError(`crossmodel-gateway: ${message}`, EXIT.usage)
  }
  return await loadPackage(
    async () => {
      const [{ default: Stripe }, { stripePayments }] = await Promise.all([
        import('stripe'),
        import('../payments/stripe.js'),
      ])
      return stripePayments({ client: new Stripe(secretKey), webhookSecret })
    },
    { neededBy: 'STRIPE_SECRET_KEY', install: 'stripe' },
  )
}
