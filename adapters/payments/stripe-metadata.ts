import type { StripeMetadata } from './stripe-api.js'

/** Names of our metadata. */
const METADATA = {
  project: 'crossmodel_project',
  account: 'crossmodel_account',
  order: 'crossmodel_order',
} as const

/** Whose a payment is, by its metadata. */
export interface Owner {
  readonly paymentId: string
  readonly accountId: string
}

/** The metadata of a payment of ours. */
export function writeMetadata(
  project: string,
  { accountId, orderId }: { readonly accountId: string; readonly orderId: string },
): Record<string, string> {
  return { [METADATA.project]: project, [METADATA.account]: accountId, [METADATA.order]: orderId }
}

/** Whose a payment is; null when it is none of ours. */
export function readOwner(project: string, paymentId: string | null, metadata: StripeMetadata): Owner | null {
  const accountId = metadata?.[METADATA.account]
  if (paymentId === null || metadata?.[METADATA.project] !== project) return null
  return accountId === undefined ? null : { paymentId, accountId }
}
