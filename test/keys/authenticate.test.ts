import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.js'
import { createApiKey, hashKey } from '../../src/keys/api-key.js'
import { createAuthenticator, type Authenticator } from '../../src/keys/authenticate.js'
import type { Identity, KeyStore } from '../../src/keys/key-store.js'
import { accountRecord, createClock, keyRecord, type TestClock } from '../contracts/samples.js'

const SECRET = 'pepper'
const KEY = 'cm-demo'
const HASH = hashKey(KEY, SECRET)
const ACTIVE: Identity = { key: keyRecord({ hash: HASH }), account: accountRecord() }

interface Harness {
  readonly clock: TestClock
  readonly authenticator: Authenticator
  /** What the store answers from now on. */
  readonly identities: Map<string, Identity>
  /** Hashes that the store was asked for. */
  readonly asked: string[]
  readonly authenticate: (key: string | null) => Promise<Identity>
}

function start(options: { cacheSize?: number; find?: KeyStore['findIdentity'] } = {}): Harness {
  const clock = createClock()
  const identities = new Map([[HASH, ACTIVE]])
  const asked: string[] = []
  const store: Pick<KeyStore, 'findIdentity'> = {
    findIdentity(hash) {
      asked.push(hash)
      return options.find === undefined ? (identities.get(hash) ?? null) : options.find(hash)
    },
  }
  const authenticator = createAuthenticator({
    store,
    secret: SECRET,
    now: clock.now,
    cacheSize: options.cacheSize,
  })
  return {
    clock,
    authenticator,
    identities,
    asked,
    authenticate: async (key) => authenticator.authenticate({ key, missingMessage: 'Missing API key.' }),
  }
}

async function failure(
  attempt: Promise<unknown>,
): Promise<Pick<GatewayError, 'code' | 'status' | 'message'>> {
  const error: unknown = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!GatewayError.isInstance(error)) throw new Error('expected a GatewayError')
  return { code: error.code, status: error.status, message: error.message }
}

describe('createAuthenticator', () => {
  it('turns a key into its identity, at once when the store answers at once', () => {
    const { authenticator } = start()
    expect(authenticator.authenticate({ key: KEY, missingMessage: '' })).toBe(ACTIVE)
  })

  it('says in the words of the dialect that there is no key', async () => {
    const { authenticate, asked } = start()
    const missing = { code: 'missing_api_key', status: 401, message: 'Missing API key.' }
    expect(await failure(authenticate(null))).toEqual(missing)
    expect(await failure(authenticate(''))).toEqual(missing)
    expect(asked).toEqual([])
  })

  it.each(['cm-unknown', 'sk-foreign', `cm-${'k'.repeat(5000)}`])(
    'refuses %s without repeating it',
    async (key) => {
      const { authenticate } = start()
      const invalid = { code: 'invalid_api_key', status: 401, message: 'Invalid API key provided.' }
      expect(await failure(authenticate(key))).toEqual(invalid)
    },
  )

  it('refuses a mistyped generated key without asking the store', async () => {
    const { authenticate, asked } = start()
    const key = createApiKey((count) => new Uint8Array(count).fill(7))
    const mistyped = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`
    const { code, message } = await failure(authenticate(mistyped))
    expect(code).toBe('invalid_api_key')
    expect(message).toContain('checksum')
    expect(message).not.toContain(mistyped.slice(6))
    expect(asked).toEqual([])
  })

  it.each<[string, Partial<Identity>, string]>([
    ['a disabled key', { key: keyRecord({ hash: HASH, status: 'disabled' }) }, 'api_key_inactive'],
    ['an expired key', { key: keyRecord({ hash: HASH, expiresAt: 1 }) }, 'api_key_inactive'],
    ['a suspended account', { account: accountRecord({ status: 'suspended' }) }, 'user_inactive'],
  ])('refuses %s, cached or not', async (_name, change, code) => {
    const { authenticate, identities, asked } = start()
    identities.set(HASH, { ...ACTIVE, ...change })
    expect(await failure(authenticate(KEY))).toMatchObject({ code, status: 401 })
    expect(await failure(authenticate(KEY))).toMatchObject({ code, status: 401 })
    expect(asked).toHaveLength(1)
  })

  it('lets a key expire while it is cached', async () => {
    const { authenticate, identities, clock } = start()
    identities.set(HASH, { ...ACTIVE, key: keyRecord({ hash: HASH, expiresAt: clock.now() + 1000 }) })
    await authenticate(KEY)
    clock.advance(1000)
    expect(await failure(authenticate(KEY))).toMatchObject({ code: 'api_key_inactive' })
  })

  it('asks the store once in five seconds, so that a disabled key stops within them', async () => {
    const { authenticate, identities, asked, clock } = start()
    await authenticate(KEY)
    identities.set(HASH, { ...ACTIVE, key: keyRecord({ hash: HASH, status: 'disabled' }) })
    clock.advance(5000)
    await authenticate(KEY)
    expect(asked).toHaveLength(1)
    clock.advance(1)
    expect(await failure(authenticate(KEY))).toMatchObject({ code: 'api_key_inactive' })
  })

  it('asks again when the clock was set back', async () => {
    const { authenticate, identities, clock } = start()
    await authenticate(KEY)
    identities.set(HASH, { ...ACTIVE, key: keyRecord({ hash: HASH, status: 'disabled' }) })
    clock.advance(-5001)
    expect(await failure(authenticate(KEY))).toMatchObject({ code: 'api_key_inactive' })
  })

  it('forgets at once what it is told to forget, the known and the unknown', async () => {
    const { authenticate, authenticator, identities } = start()
    await authenticate(KEY)
    identities.delete(HASH)
    authenticator.forget(HASH)
    expect(await failure(authenticate(KEY))).toMatchObject({ code: 'invalid_api_key' })
    identities.set(HASH, ACTIVE)
    expect(await failure(authenticate(KEY))).toMatchObject({ code: 'invalid_api_key' })
    authenticator.forget(HASH)
    expect(await authenticate(KEY)).toBe(ACTIVE)
  })

  it('forgets at once all keys of an account, and no other', async () => {
    const { authenticate, authenticator, identities, asked } = start()
    const other = keyRecord({ id: 'key_2', accountId: 'other', hash: hashKey('cm-of-another', SECRET) })
    identities.set(other.hash, { key: other, account: accountRecord({ id: 'other' }) })
    await authenticate(KEY)
    await authenticate('cm-of-another')
    identities.set(HASH, { ...ACTIVE, account: accountRecord({ status: 'suspended' }) })
    authenticator.forgetAccount('acme')
    expect(await failure(authenticate(KEY))).toMatchObject({ code: 'user_inactive' })
    await authenticate('cm-of-another')
    expect(asked).toEqual([HASH, other.hash, HASH])
  })

  it('remembers an unknown key for as long as a known one', async () => {
    const { authenticate, asked, clock } = start()
    await failure(authenticate('cm-unknown'))
    await failure(authenticate('cm-unknown'))
    expect(asked).toHaveLength(1)
    clock.advance(5001)
    await failure(authenticate('cm-unknown'))
    expect(asked).toHaveLength(2)
  })

  it('lets no flood of unknown keys evict a known one', async () => {
    const { authenticate, asked } = start({ cacheSize: 2 })
    await authenticate(KEY)
    for (let index = 0; index < 3000; index += 1) await failure(authenticate(`cm-guess-${index}`))
    asked.length = 0
    await authenticate(KEY)
    expect(asked).toEqual([])
  })

  it('bounds the keys that it remembers', async () => {
    const { authenticate, identities, asked } = start({ cacheSize: 2 })
    for (const key of ['cm-1', 'cm-2', 'cm-3']) {
      identities.set(hashKey(key, SECRET), ACTIVE)
      await authenticate(key)
    }
    asked.length = 0
    await authenticate('cm-1')
    expect(asked).toHaveLength(1)
  })

  it('shares nothing with another authenticator', async () => {
    const [one, other] = [start(), start()]
    await one.authenticate(KEY)
    await other.authenticate(KEY)
    expect(other.asked).toHaveLength(1)
  })
})

describe('createAuthenticator over a remote store', () => {
  /** A store whose answers the test gives. */
  function startRemote(): Harness & { readonly answer: (identity: Identity | null) => void } {
    const waiting: ((identity: Identity | null) => void)[] = []
    const harness = start({ find: () => new Promise((resolve) => waiting.push(resolve)) })
    return { ...harness, answer: (identity) => waiting.shift()?.(identity) }
  }

  it('asks once for a key that many calls bring at the same time', async () => {
    const { authenticate, asked, answer } = startRemote()
    const attempts = Array.from({ length: 20 }, () => authenticate(KEY))
    answer(ACTIVE)
    expect(new Set(await Promise.all(attempts))).toEqual(new Set([ACTIVE]))
    expect(asked).toHaveLength(1)
  })

  it('caches no answer that is older than a change', async () => {
    const { authenticate, authenticator, asked, answer } = startRemote()
    const before = authenticate(KEY)
    authenticator.forget(HASH)
    const after = authenticate(KEY)
    answer(ACTIVE)
    answer(null)
    await before
    expect(await failure(after)).toMatchObject({ code: 'invalid_api_key' })
    expect(await failure(authenticate(KEY))).toMatchObject({ code: 'invalid_api_key' })
    expect(asked).toHaveLength(2)
  })

  it.each<[string, () => Promise<never>]>([
    ['rejects', async () => Promise.reject(new Error('password=hunter2'))],
    [
      'throws',
      () => {
        throw new Error('password=hunter2')
      },
    ],
  ])(
    'answers db_error when the store %s, keeps its words inside and asks again next time',
    async (_name, find) => {
      const { authenticate, asked } = start({ find })
      const error = await failure(authenticate(KEY))
      expect(error).toMatchObject({ code: 'db_error', status: 500 })
      expect(error.message).not.toContain('hunter2')
      await failure(authenticate(KEY))
      expect(asked).toHaveLength(2)
    },
  )
})
