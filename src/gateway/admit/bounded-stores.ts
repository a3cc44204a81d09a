import type { MaybePromise } from '../../canonical/maybe-promise.js'
import type { Stores } from '../../stores/stores.js'

/**
 * The same stores, whose answers to the steps of a call are waited for no longer than `timeoutMs` (0 = for ever):
 * a store that hangs is a store that failed. Only promises have a clock. What runs over many rows has none.
 */
export function boundStores(stores: Stores, timeoutMs: number): Stores {
  if (timeoutMs <= 0) return stores
  const bound = <T>(answer: MaybePromise<T>): MaybePromise<T> => within(answer, timeoutMs)
  return {
    keys: boundKeys(stores.keys, bound),
    ledger: boundLedger(stores.ledger, bound),
    limits: boundLimits(stores.limits, bound),
    usage: boundUsage(stores.usage, bound),
    state: boundState(stores.state, bound),
  }
}

/** An answer, or a rejection when it does not come in time; 0 = it has all the time. */
export function within<T>(answer: MaybePromise<T>, timeoutMs: number): MaybePromise<T> {
  if (timeoutMs <= 0 || !(answer instanceof Promise)) return answer
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`The store did not answer within ${timeoutMs} ms.`))
    }, timeoutMs)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

type Bound = <T>(answer: MaybePromise<T>) => MaybePromise<T>

function boundKeys(keys: Stores['keys'], bound: Bound): Stores['keys'] {
  return {
    findIdentity: (hash) => bound(keys.findIdentity(hash)),
    account: (accountId) => bound(keys.account(accountId)),
    accounts: (page) => bound(keys.accounts(page)),
    createAccount: (account, audit) => bound(keys.createAccount(account, audit)),
    changeAccount: (accountId, change, audit) => bound(keys.changeAccount(accountId, change, audit)),
    key: (keyId) => bound(keys.key(keyId)),
    keys: (page) => bound(keys.keys(page)),
    createKey: (key, audit) => bound(keys.createKey(key, audit)),
    changeKey: (keyId, change, audit) => bound(keys.changeKey(keyId, change, audit)),
    deleteKey: (keyId, audit) => bound(keys.deleteKey(keyId, audit)),
    auditEntries: (query) => bound(keys.auditEntries(query)),
  }
}

function boundLedger(ledger: Stores['ledger'], bound: Bound): Stores['ledger'] {
  return {
    balance: (accountId) => bound(ledger.balance(accountId)),
    post: (posting) => bound(ledger.post(posting)),
    hold: (request) => bound(ledger.hold(request)),
    extend: (extension) => bound(ledger.extend(extension)),
    settle: (holdId, costMicro) => bound(ledger.settle(holdId, costMicro)),
    release: (holdId) => bound(ledger.release(holdId)),
    sweep: (now) => ledger.sweep(now),
    spent: (scope, since) => bound(ledger.spent(scope, since)),
    entries: (query) => ledger.entries(query),
    audit: (page) => ledger.audit(page),
  }
}

function boundLimits(limits: Stores['limits'], bound: Bound): Stores['limits'] {
  return {
    take: (request) => bound(limits.take(request)),
    finish: (request, decision, actualTokens) => bound(limits.finish(request, decision, actualTokens)),
    ...(limits.renew === undefined ? {} : { renew: (request) => bound(limits.renew?.(request)) }),
  }
}

function boundUsage(usage: Stores['usage'], bound: Bound): Stores['usage'] {
  return {
    append: (record) => bound(usage.append(record)),
    windows: (accountId, now) => bound(usage.windows(accountId, now)),
    record: (requestId) => bound(usage.record(requestId)),
    records: (query) => usage.records(query),
    totals: (query) => usage.totals(query),
    prune: (before) => usage.prune(before),
  }
}

function boundState(state: Stores['state'], bound: Bound): Stores['state'] {
  return {
    get: (key) => bound(state.get(key)),
    create: (key, value, expiresAt) => bound(state.create(key, value, expiresAt)),
    put: (key, value, expiresAt) => bound(state.put(key, value, expiresAt)),
    delete: (key) => bound(state.delete(key)),
    sweep: (now) => state.sweep(now),
  }
}
