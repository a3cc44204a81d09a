import type { PaymentOutcome, PaymentProvider } from '../../src/console/index.js'
import type { GatewayConfig } from '../../src/index.js'
import { loadPackage } from './load-package.js'
import { CommandError, EXIT, type Terminal } from './terminal.js'

/** What top-ups by Stripe are taken with. */
export interface StripeSettings {
  readonly secretKey: string
  readonly webhookSecret: string
  readonly project: string
  readonly methods: readonly ('card' | 'alipay')[] | undefined
  readonly minimumMicro: number | undefined
}

/** What of a server the top-ups depend on. */
export interface PaymentPlace {
  readonly config: Pick<GatewayConfig, 'store' | 'console'>
  /** Undefined = no console. */
  readonly consoleToken: string | undefined
}

/**
 * What the environment and the configuration say of top-ups; null where Stripe is in neither. Throws a
 * {@link CommandError} where money would be paid that is lost, credited elsewhere, or never credited.
 */
export function readStripeSettings(
  { config, consoleToken }: PaymentPlace,
  { environment }: Pick<Terminal, 'environment'>,
): StripeSettings | null {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = environment
  if (!secretKey && !webhookSecret) return null
  if (!secretKey || !webhookSecret)
    throw wrong('STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET must be set together')
  if (consoleToken === undefined)
    throw wrong(
      'STRIPE_SECRET_KEY is set, but no console that could take top-ups: set CROSSMODEL_CONSOLE_TOKEN',
    )
  if ((config.store ?? 'memory') === 'memory')
    throw wrong(
      'STRIPE_SECRET_KEY is set, but the store is in memory, where a restart loses what was paid: give "store" a file or a database',
    )
  const { project, methods, minimumMicro } = config.console?.payments ?? {}
  if (project === undefined)
    throw wrong(
      'STRIPE_SECRET_KEY is set: console.payments.project must name this deployment, or it would credit the payments of others on the same Stripe account',
    )
  return { secretKey, webhookSecret, project, methods, minimumMicro }
}

/** Opens top-ups by Stripe. Throws a {@link CommandError} without its package, and for secrets that cannot be ones. */
export async function openPayments(
  { secretKey, ...settings }: StripeSettings,
  onPayment: (outcome: PaymentOutcome) => void,
): Promise<PaymentProvider> {
  const [{ default: Stripe }, { stripePayments }] = await loadPackage(
    () => Promise.all([import('stripe'), import('../payments/stripe.js')]),
    { neededBy: 'STRIPE_SECRET_KEY', install: 'stripe' },
  )
  try {
    return stripePayments({ client: new Stripe(secretKey), onPayment, ...settings })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw wrong(error.message.replace('webhookSecret', 'STRIPE_WEBHOOK_SECRET'))
  }
}

function wrong(problem: string): CommandError {
  return new CommandError(`crossmodel-gateway: ${problem}`, EXIT.usage)
}
