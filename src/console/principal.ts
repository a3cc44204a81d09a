import type { GatewayRequest } from '../gateway/http/http.js'
import type { ChangedBy } from '../gateway/admin/context.js'
import { checkOwnerLimits, type OwnerLimits } from './owner-limits.js'

/** Who a request comes from: an operator of all accounts, or an owner or viewer of one. */
export type Principal = { readonly actor: string; readonly role: 'operator' } | Member

/** Somebody of one account. */
export interface Member {
  readonly actor: string
  readonly role: 'owner' | 'viewer'
  readonly accountId: string
  /** What an owner may set of keys at most. Default: no ceilings. */
  readonly limits?: OwnerLimits | null | undefined
}

/** The host's own login: who sends a request, null for nobody. What it throws is a 500. */
export type Authorize = (request: GatewayRequest) => Principal | null | Promise<Principal | null>

/** What a route asks of who uses it; an operator may all, `anyone` needs no session. */
export type Access = 'anyone' | 'viewer' | 'owner' | 'operator'

const RANKS = { viewer: 1, owner: 2, operator: 3 } as const

/** True when the role is enough. */
export function mayUse({ role }: Principal, access: Access): boolean {
  return access === 'anyone' || RANKS[role] >= RANKS[access]
}

/** The only account that a principal sees; null = all of them. */
export function ownAccount(principal: Principal): string | null {
  return principal.role === 'operator' ? null : principal.accountId
}

/** True when a principal may know of an account. */
export function maySee(principal: Principal, accountId: string): boolean {
  const own = ownAccount(principal)
  return own === null || own === accountId
}

/** The ceilings of what a principal may set; null = none. */
export function limitsOf(principal: Principal): OwnerLimits | null {
  return principal.role === 'operator' ? null : (principal.limits ?? null)
}

/** Who changes something, as the audit shall know it. */
export function changedBy({ actor, role }: Principal): ChangedBy {
  return { actor, byOwner: role !== 'operator' }
}

/** Who runs the gateway, for an account's own people: nobody in particular. */
export const SOME_OPERATOR = 'operator'

/** One text for each principal, whatever its names hold. */
export function principalKey(principal: Principal): string {
  return JSON.stringify([principal.role, ownAccount(principal), principal.actor])
}

const MOST_ACTOR = 256

/** What `authorize` has answered, held to its type: code without types can answer anything. Throws a `TypeError`. */
export function checkPrincipal(answer: unknown): Principal | null {
  if (answer === null || answer === undefined) return null
  const { actor, role, accountId, limits }: Partial<Record<keyof Member, unknown>> = Object(answer)
  if (typeof actor !== 'string' || actor.trim() === '' || actor.length > MOST_ACTOR)
    throw new TypeError(`authorize must name an actor of 1 to ${MOST_ACTOR} characters`)
  if (role === 'operator') return { actor, role }
  if (role !== 'owner' && role !== 'viewer')
    throw new TypeError('authorize must name a role: operator, owner or viewer')
  if (typeof accountId !== 'string' || accountId === '')
    throw new TypeError(`authorize must name the accountId of an ${role}`)
  return { actor, role, accountId, limits: checkOwnerLimits(limits) }
}
