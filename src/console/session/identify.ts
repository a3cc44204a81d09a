import type { GatewayRequest } from '../../gateway/http/http.js'
import type { ConsoleContext } from '../context.js'
import { ConsoleError } from '../console-error.js'
import { checkPrincipal, type Principal } from '../principal.js'
import { isSameText } from '../secrets.js'
import { bearerOf } from './csrf.js'
import { hasSession } from './operator-session.js'

/** Who has the operator's token. */
const OPERATOR: Principal = { actor: 'operator', role: 'operator' }

/**
 * Who sends a request: the host's login is asked first, then the operator's token in the header counts, then the session.
 * Null for nobody. Throws `wrong_token`, or `rate_limit_exceeded` when too many of those came from the same address.
 */
export async function identify(context: ConsoleContext, request: GatewayRequest): Promise<Principal | null> {
  const { authorize, operatorToken } = context
  const known = authorize === null ? null : checkPrincipal(await authorize(request))
  if (known !== null || operatorToken === null) return known
  const bearer = bearerOf(request.headers)
  // Never on to the session: who shows a bearer token is not asked for the other one.
  if (bearer !== null) return checkToken(context, request, bearer)
  return (await hasSession(context, request.headers)) ? OPERATOR : null
}

/** True for who has shown the operator's token, now or to open a session: the host's login knows nothing of it. */
export function isByToken(principal: Principal): boolean {
  return principal === OPERATOR
}

/** The operator, for the right token. Throws `wrong_token` and counts it, or `rate_limit_exceeded` without a look at it. */
export function checkToken(
  { operatorToken, limits, addressOf }: ConsoleContext,
  request: GatewayRequest,
  token: string,
): Principal {
  const address = addressOf(request)
  limits.checkGuesses('tokens', address)
  if (operatorToken !== null && isSameText(token, operatorToken)) return OPERATOR
  limits.countGuess('tokens', address)
  throw new ConsoleError('wrong_token', 'This is not the operator token.', 'token')
}
