import { ACCOUNT_ROUTES } from './api/accounts.js'
import { AUDIT_ROUTES } from './api/audit.js'
import { INVOICE_ROUTES } from './api/invoice.js'
import { KEY_ROUTES } from './api/keys.js'
import { MODEL_ROUTES } from './api/models.js'
import { MONEY_ROUTES } from './api/money.js'
import { OPENAPI_ROUTES } from './api/openapi-route.js'
import { PAYMENT_ROUTES } from './api/payments.js'
import { PLAYGROUND_ROUTES } from './api/playground.js'
import { SESSION_ROUTES } from './api/session.js'
import { TOTALS_ROUTES } from './api/totals.js'
import { USAGE_ROUTES } from './api/usage.js'
import type { Route } from './route.js'

/** Every route of the API. */
export const ROUTES: readonly Route[] = [
  ...SESSION_ROUTES,
  ...ACCOUNT_ROUTES,
  ...KEY_ROUTES,
  ...MONEY_ROUTES,
  ...INVOICE_ROUTES,
  ...PAYMENT_ROUTES,
  ...USAGE_ROUTES,
  ...TOTALS_ROUTES,
  ...MODEL_ROUTES,
  ...AUDIT_ROUTES,
  ...PLAYGROUND_ROUTES,
  ...OPENAPI_ROUTES,
]
