import { GatewayError } from '../../errors.js'
import type { CreatedKey } from '../../gateway/admin/keys.js'
import type { Admin } from '../../gateway/admin/index.js'
import { readPages } from '../../gateway/admin/read-pages.js'
import type { AuditEntry, KeyRecord } from '../../keys/key-store.js'
import { ConsoleError } from '../console-error.js'
import { changedBy, limitsOf, type Principal } from '../principal.js'
import { holdToLimits } from './hold-to-limits.js'
import { toKey, toSettings } from './key-shape.js'
import type { KeyChange, NewKey } from './types.js'

const PAGE = 1000

/** A key to be made. */
interface KeyDraft {
  readonly accountId: string
  readonly body: NewKey
  /** Default: one is drawn. */
  readonly secret?: string | undefined
}

/** Makes a key within what the principal may set; null when there is no such account. Throws `forbidden` for one too many. */
export async function createKey(
  { keys }: Pick<Admin, 'keys'>,
  principal: Principal,
  { accountId, body, secret }: KeyDraft,
): Promise<CreatedKey | null> {
  const limits = limitsOf(principal)
  const most = limits?.keys ?? Number.POSITIVE_INFINITY
  if (await hasMore(keys, accountId, most - 1)) throw tooMany(most)
  const settings = toSettings(holdToLimits(limits, body, null))
  const by = changedBy(principal)
  const created = await keys.create({ ...settings, accountId, secret, ...by })
  // Others may have been made in the meantime: of keys made at once none is left rather than one too many.
  if (created === null || !(await hasMore(keys, accountId, most))) return created
  await keys.delete(created.key.id, by)
  throw tooMany(most)
}

/** Changes a key within what the principal may set. Throws what `holdToLimits` does, and `forbidden`. */
export async function changeKey(
  admin: Pick<Admin, 'keys' | 'audit'>,
  principal: Principal,
  { key, body }: { readonly key: KeyRecord; readonly body: KeyChange },
): Promise<KeyRecord | null> {
  const { status, ...wanted } = body
  if (Object.keys(body).length === 0) throw new GatewayError('invalid_value', 'There is nothing to change.')
  if (status === 'active') await checkHeld(admin, principal, { key, verb: 'enable' })
  const settings = holdToLimits(limitsOf(principal), wanted, toKey(key))
  const by = changedBy(principal)
  const changed =
    Object.keys(settings).length === 0
      ? key
      : await admin.keys.change(key.id, { ...toSettings(settings), ...by })
  // An operator's word stands in the audit also where the key was disabled before.
  const isHeldNow = status === 'disabled' && principal.role === 'operator'
  if (status === undefined || changed === null || (changed.status === status && !isHeldNow)) return changed
  return await (status === 'active' ? admin.keys.enable(key.id, by) : admin.keys.disable(key.id, by))
}

/** Deletes a key. Throws `forbidden` for one that an operator has disabled. */
export async function deleteKey(
  admin: Pick<Admin, 'keys' | 'audit'>,
  principal: Principal,
  key: KeyRecord,
): Promise<KeyRecord | null> {
  await checkHeld(admin, principal, { key, verb: 'delete' })
  return await admin.keys.delete(key.id, changedBy(principal))
}

async function hasMore(keys: Admin['keys'], accountId: string, most: number): Promise<boolean> {
  if (most === Number.POSITIVE_INFINITY) return false
  const all = readPages<KeyRecord>((last) => keys.list({ accountId, afterId: last?.id, limit: PAGE }))
  let count = 0
  while (count <= most && (await all.next()).done !== true) count += 1
  return count > most
}

function tooMany(most: number): ConsoleError {
  return new ConsoleError(
    'forbidden',
    `The account may have ${most} ${most === 1 ? 'key' : 'keys'}: it has them.`,
  )
}

/** What an operator has disabled is not an owner's to enable, nor to delete and make anew. */
async function checkHeld(
  { audit }: Pick<Admin, 'audit'>,
  { role }: Principal,
  { key, verb }: { readonly key: KeyRecord; readonly verb: 'enable' | 'delete' },
): Promise<void> {
  if (role === 'operator' || key.status === 'active' || (await isOwnersWord(audit, key))) return
  const message = `An operator has disabled this key: only an operator can ${verb} it.`
  throw new ConsoleError('forbidden', message, verb === 'enable' ? 'status' : null)
}

/** True when nobody but owners has disabled the key since it was active, as the audit knows. */
async function isOwnersWord(audit: Admin['audit'], { id, accountId }: KeyRecord): Promise<boolean> {
  let isOwners = false
  for await (const { keyId, details } of readPages<AuditEntry>((last) =>
    audit.entries({ accountId, beforeId: last?.id, limit: PAGE }),
  )) {
    if (keyId !== id || details['status'] === undefined) continue
    if (details['status'] === 'active') break
    if (details['byOwner'] !== true) return false
    isOwners = true
  }
  return isOwners
}
