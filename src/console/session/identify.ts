import type { GatewayRequest } from '../../gateway/http/http.js'
import type { ConsoleContext } from '../context.js'
import { ConsoleError } from '../console-error.js'
import { checkPrincipal, type Principal } from '../principal.js'
import { isSameText } from '../secrets.js'
import { bearerOf } from './csrf.js'
import { hasSession } from './operator-session.js'

/** Who has the operator's token. */
const OPERATOR: Principal = { actor: 'operator', role: 'operator' }

/** How it is known who sends a request: the host's login, the operator's token in the header, or a session of it. */
export type Proof = 'host' | 'token' | 'session'

/** Who sends a request, and how that is known. */
export interface Identified {
  readonly principal: Principal
  readonly proof: Proof
}

/**
 * Who sends a request: the host's login is asked first, then the operator's token in the header counts, then the session.
 * Null for nobody. Throws `wrong_token`, or `rate_limit_exceeded` when too many of those came from the same address.
 */
export async function identify(context: ConsoleContext, request: GatewayRequest): Promise<Identified | null> {
  const { authorize, operatorToken } = context
  const known = authorize === null ? null : checkPrincipal(await authorize(request))
  if (known !== null) return { principal: known, proof: 'host' }
  if (operatorToken === null) return null
  const bearer = bearerOf(request.headers)
  // Proxies that sign people in put a bearer token of their own on every request: beside a session it is no guess.
  if (await hasSession(context, request.headers)) {
    const isToken = bearer !== null && isSameText(bearer, operatorToken)
    return { principal: OPERATOR, proof: isToken ? 'token' : 'session' }
  }
  return bearer === null ? null : { principal: checkToken(context, request, bearer), proof: 'token' }
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
