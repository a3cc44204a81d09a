import type { ShapeName } from '../../src/console/api/schemas/index.js'
import type { Route } from '../../src/console/route.js'
import { ORIGIN, type TestConsole } from './support.js'
import { CHAT, chatAnswer } from '../support/calls.js'

/** A body that each shape takes. */
const BODIES: Partial<Record<ShapeName, object>> = {
  SignIn: { token: 'some token or other' },
  NewAccount: { id: 'new', name: 'New' },
  AccountChange: { name: 'Renamed' },
  NewKey: { name: 'a key' },
  KeyChange: { name: 'renamed' },
  MoneyMove: { amount_micro: 5, external_id: 'pay_1' },
  Adjustment: { amount_micro: -5, external_id: 'fix_1' },
  NewCheckout: { amount_micro: 5_000_000, return_url: `${ORIGIN}/` },
  PlaygroundCall: { model: 'test/chat', messages: [{ role: 'user', content: 'hi' }] },
}

/** A body that a route takes; undefined for one without. */
export function bodyFor({ body }: Route): unknown {
  return body === null ? undefined : body === 'raw' ? {} : BODIES[body]
}

/** What is needed to call every route about an account. */
export interface Ids {
  readonly account_id: string
  readonly key_id: string
  readonly request_id: string
}

export const NOBODY: Ids = { account_id: 'nobody', key_id: 'no-key', request_id: 'no-request' }

/** What a query cannot be without. */
const NEEDED: Partial<Record<ShapeName, string>> = { TotalsQuery: '?by=day', InvoiceQuery: '?month=2024-05' }

/** The path of a route with ids in its braces, and what its query needs. */
export function pathOf({ path, query }: Route, ids: Ids): string {
  const values: Readonly<Record<string, string>> = { ...ids, provider: 'paper' }
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(values[name] ?? ''))
  return filled + (NEEDED[query] ?? '')
}

/** True for a route whose path names something of one account. */
export function isOfAccount({ path }: Route): boolean {
  return /\{(?:account_id|key_id|request_id)\}/.test(path)
}

/** True for a route whose query or body may name an account. */
export function namesAccount({ query, body }: Route): boolean {
  return (
    /^(?:UsageQuery|UsageFilter|TotalsQuery|ModelQuery|AuditQuery)$/.test(query) || body === 'PlaygroundCall'
  )
}

/** Gives an account a key, money and a request that was made with it. */
export async function furnish({ tested }: TestConsole, accountId: string): Promise<Ids> {
  const { admin } = tested.gateway
  const by = { actor: 'test' }
  const created = await admin.keys.create({ accountId, name: 'first', ...by })
  await admin.money.topUp({ accountId, amountMicro: 1_000_000, externalId: `furnish:${accountId}`, ...by })
  tested.vendor.play(chatAnswer({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }))
  const headers = { authorization: `Bearer ${created?.secret}`, 'content-type': 'application/json' }
  const answer = await tested.post(CHAT.path, { ...CHAT.request(), user: 'ann' }, headers)
  return {
    account_id: accountId,
    key_id: created?.key.id ?? '',
    request_id: answer.headers['x-request-id'] ?? '',
  }
}
