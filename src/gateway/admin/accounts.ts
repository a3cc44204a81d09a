import { GatewayError } from '../../errors.js'
import type { AccountChange, AccountRecord } from '../../keys/key-store.js'
import { type AdminContext, type ChangedBy, draftAudit, type RunAdmin } from './context.js'
import {
  type Check,
  checkFields,
  checkFlag,
  checkId,
  checkInput,
  checkName,
  checkPageLimit,
  checkText,
  orNull,
  toDetails,
  withLimit,
} from './checks.js'

/** A new account. */
export interface NewAccount extends ChangedBy {
  /** 1 to 128 visible ASCII characters. Default: `acct_` and random letters. */
  readonly id?: string | undefined
  readonly name?: string | undefined
  /** alias → model id, on top of the global ones; each must lead to a model. */
  readonly aliases?: Readonly<Record<string, string>> | undefined
}

/** What can be changed of an account: what is absent stays, null takes the field away. */
export interface AccountSettings {
  readonly name?: string | null | undefined
  readonly aliases?: Readonly<Record<string, string>> | null | undefined
}

/** Which accounts, in the order of their ids. */
export interface ListQuery {
  /** Only what comes behind this id: the last one of the page before. */
  readonly afterId?: string | undefined
  /** 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
}

/** Accounts: who has a balance. An id that nobody has is null, never an error. */
export interface AccountAdmin {
  /** Throws `invalid_value` (status 409) when the id is taken. */
  create(account: NewAccount): Promise<AccountRecord>
  get(accountId: string): Promise<AccountRecord | null>
  list(query?: ListQuery): Promise<readonly AccountRecord[]>
  change(accountId: string, change: AccountSettings & ChangedBy): Promise<AccountRecord | null>
  /** Stops all keys of the account: they are answered `user_inactive`. */
  suspend(accountId: string, by: ChangedBy): Promise<AccountRecord | null>
  activate(accountId: string, by: ChangedBy): Promise<AccountRecord | null>
}

const aliasesCheck: Check = (value) => {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
  return checkFields({ optional: Object.fromEntries(names.map((name) => [name, checkName])) })(value)
}

const LIST = { optional: { afterId: checkText, limit: checkPageLimit } }
const ACTED = { required: { actor: checkName }, optional: { byOwner: checkFlag } }
const CREATE = {
  ...ACTED,
  optional: { ...ACTED.optional, id: checkId, name: checkName, aliases: aliasesCheck },
}
const CHANGE = {
  ...ACTED,
  optional: { ...ACTED.optional, name: orNull(checkName), aliases: orNull(aliasesCheck) },
}

/** The functions of {@link AccountAdmin}. */
export function createAccountAdmin(run: RunAdmin): AccountAdmin {
  const setStatus =
    (status: AccountRecord['status'], action: string) =>
    (accountId: string, by: ChangedBy): Promise<AccountRecord | null> =>
      run((context) => {
        checkInput(by, ACTED)
        return changeAccount(context, accountId, { change: { status }, action, ...by })
      })

  return {
    create: (account) => run((context) => createAccount(context, account)),
    get: (accountId) => run(({ stores }) => stores.keys.account(accountId)),
    list: (query = {}) =>
      run(({ stores }) => {
        checkInput(query, LIST)
        return stores.keys.accounts(withLimit(query))
      }),
    change: (accountId, input) =>
      run((context) => {
        checkInput(input, CHANGE)
        const { actor, byOwner, name, aliases } = input
        checkAliases(context, aliases ?? {})
        const change: AccountChange = {
          ...(name === undefined ? {} : { name: name ?? undefined }),
          ...(aliases === undefined ? {} : { aliases: aliases ?? undefined }),
        }
        return changeAccount(context, accountId, { change, action: 'account.change', actor, byOwner })
      }),
    suspend: setStatus('suspended', 'account.suspend'),
    activate: setStatus('active', 'account.activate'),
  }
}

async function createAccount(context: AdminContext, input: NewAccount): Promise<AccountRecord> {
  checkInput(input, CREATE)
  const { actor, byOwner, id = context.createId('acct_'), name, aliases } = input
  checkAliases(context, aliases ?? {})
  const account: AccountRecord = { id, name, status: 'active', aliases, createdAt: context.now() }
  const details = toDetails({ ...(name && { name }), ...(aliases && { aliases }) })
  const note = { actor, byOwner, action: 'account.create', accountId: id, keyId: null, details }
  if (await context.stores.keys.createAccount(account, draftAudit(context, note))) return account
  throw new GatewayError('invalid_value', `id '${id}' is taken.`, { param: 'id', status: 409 })
}

interface AccountStep extends ChangedBy {
  readonly change: AccountChange
  readonly action: string
}

async function changeAccount(
  context: AdminContext,
  accountId: string,
  { change, action, actor, byOwner }: AccountStep,
): Promise<AccountRecord | null> {
  const note = { actor, byOwner, action, accountId, keyId: null, details: toDetails(change) }
  const { stores, authenticator } = context
  const account = await stores.keys.changeAccount(accountId, change, draftAudit(context, note))
  authenticator.forgetAccount(accountId)
  return account
}

/** An alias that leads to no model would be a riddle for the client that uses it. */
function checkAliases({ resolver }: AdminContext, aliases: Readonly<Record<string, string>>): void {
  const lost = Object.keys(aliases).find((alias) => resolver.resolve(alias, aliases) === null)
  if (lost === undefined) return
  const message = `aliases.${lost} leads to no model: '${aliases[lost]}'.`
  throw new GatewayError('invalid_value', message, { param: `aliases.${lost}` })
}
