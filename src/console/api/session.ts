import type { ConsoleContext } from '../context.js'
import { ConsoleError } from '../console-error.js'
import { limitsOf, ownAccount, type Principal } from '../principal.js'
import { emptyRoute, jsonRoute, type Route } from '../route.js'
import { csrfToken } from '../session/csrf.js'
import { checkToken, isByToken } from '../session/identify.js'
import { endSessions, openSession } from '../session/operator-session.js'
import type { OwnerLimits } from '../owner-limits.js'
import { showSpendLimits } from './key-shape.js'
import type { Session } from './types.js'

/** Of this API, as the page and the OpenAPI document name it. */
export const API_VERSION = '1'

/** Who is signed in, and the operator's way in and out. */
export const SESSION_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: 'session',
    access: 'viewer',
    summary: 'Who is signed in, with the token for writing requests.',
    answer: 'Session',
    run: (context, { principal }) => describeSession(context, principal),
  }),
  jsonRoute({
    method: 'POST',
    path: 'session',
    access: 'anyone',
    summary: 'Signs the operator in: the answer sets a session cookie.',
    body: 'SignIn',
    answer: 'Session',
    async run(context, { request, body }, headers) {
      if (context.operatorToken === null)
        throw new ConsoleError('not_signed_in', 'There is no operator token here: sign in at the host.')
      const principal = checkToken(context, request, body.token)
      headers['set-cookie'] = await openSession(context, request.headers)
      return await describeSession(context, principal)
    },
  }),
  emptyRoute({
    method: 'DELETE',
    path: 'session',
    access: 'viewer',
    summary: 'Signs the operator out: the session ends for whoever else has its cookie, too.',
    async run(context, { request }, headers) {
      headers['set-cookie'] = await endSessions(context, request.headers)
      return null
    },
  }),
]

async function describeSession(context: ConsoleContext, principal: Principal): Promise<Session> {
  const { title, gatewayUrl, loginUrl, payments } = context
  const { csrf } = await context.secrets()
  return {
    actor: principal.actor,
    role: principal.role,
    account_id: ownAccount(principal),
    csrf_token: csrfToken(csrf, principal),
    title,
    gateway_url: gatewayUrl,
    login_url: loginUrl,
    can_sign_out: isByToken(principal),
    limits: describeLimits(limitsOf(principal)),
    payments: payments === null ? null : describePayments(payments),
    version: API_VERSION,
  }
}

function describeLimits(limits: OwnerLimits | null): Session['limits'] {
  if (limits === null) return null
  const { keys, rpm, tpm, concurrency, allowedModels, spendLimits } = limits
  return {
    keys: keys ?? null,
    rpm: rpm ?? null,
    tpm: tpm ?? null,
    concurrency: concurrency ?? null,
    allowed_models: allowedModels ?? null,
    spend_limits: showSpendLimits(spendLimits),
  }
}

function describePayments({
  name,
  minimumMicro,
  methods,
}: NonNullable<ConsoleContext['payments']>): Session['payments'] {
  return { name, minimum_micro: minimumMicro, methods }
}
