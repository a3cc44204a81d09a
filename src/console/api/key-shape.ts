import type { KeySettings as GatewayKeySettings } from '../../gateway/admin/keys.js'
import type { KeyRecord, SpendLimits as GatewaySpendLimits } from '../../keys/key-store.js'
import type { Key, NewKey, SpendLimits } from './types.js'
import { formatOptionalTime, formatTime, parseTime } from './values.js'

/** Settings as the gateway takes them; what is absent stays absent. */
export function toSettings(body: NewKey): GatewayKeySettings {
  const { allowed_models, spend_limits, end_user_spend_limits, expires_at, ...same } = body
  const settings: GatewayKeySettings = {
    ...same,
    allowedModels: allowed_models,
    spendLimits: spend_limits && toSpendLimits(spend_limits),
    endUserSpendLimits: end_user_spend_limits && toSpendLimits(end_user_spend_limits),
    expiresAt: expires_at === null ? null : parseTime(expires_at),
  }
  // The audit writes down all that is said, and `undefined` as something that was taken away.
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function toSpendLimits({ day_micro, week_micro, month_micro }: SpendLimits): GatewaySpendLimits {
  return {
    ...(day_micro === undefined ? {} : { dayMicro: day_micro }),
    ...(week_micro === undefined ? {} : { weekMicro: week_micro }),
    ...(month_micro === undefined ? {} : { monthMicro: month_micro }),
  }
}

/** A key as the API shows it: neither its secret nor the hash of it. */
export function toKey(key: KeyRecord): Key {
  return {
    id: key.id,
    account_id: key.accountId,
    name: key.name ?? null,
    hint: key.hint,
    status: key.status,
    rpm: key.rpm,
    tpm: key.tpm,
    concurrency: key.concurrency,
    allowed_models: key.allowedModels ?? null,
    spend_limits: showSpendLimits(key.spendLimits),
    end_user_spend_limits: showSpendLimits(key.endUserSpendLimits),
    expires_at: formatOptionalTime(key.expiresAt),
    created_at: formatTime(key.createdAt),
  }
}

/** Spend limits as the API shows them. */
export function showSpendLimits(limits: GatewaySpendLimits | null | undefined): SpendLimits | null {
  if (limits === undefined || limits === null) return null
  const { dayMicro, weekMicro, monthMicro } = limits
  return { day_micro: dayMicro, week_micro: weekMicro, month_micro: monthMicro }
}
