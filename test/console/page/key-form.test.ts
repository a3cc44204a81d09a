import { describe, expect, it } from 'vitest'
import type { Key, KeyCeilings } from '../../../src/console/page/api/types.js'
import {
  changedFields,
  keyToForm,
  NEW_KEY_FORM,
  newKeyForm,
  readKeyForm,
  showCeilings,
} from '../../../src/console/page/key-form.js'
import { separatorsOf } from '../../../src/console/page/money.js'

const ENGLISH = separatorsOf(['en-US'])
const GERMAN = separatorsOf(['de-DE'])

const KEY: Key = {
  id: 'key_1',
  account_id: 'acme',
  name: 'Backend',
  hint: 'cm-abcd…',
  status: 'active',
  rpm: 60,
  tpm: null,
  concurrency: 4,
  allowed_models: ['openai/*'],
  spend_limits: { day_micro: 1_500_000 },
  end_user_spend_limits: null,
  expires_at: '2026-12-01T00:00:00.000Z',
  created_at: '2026-11-23T00:00:00.000Z',
}

describe('the form of a key', () => {
  it('offers a new key the usual limits', () => {
    expect(readKeyForm(NEW_KEY_FORM, ENGLISH).input).toEqual({
      name: null,
      rpm: 60,
      tpm: 100_000,
      concurrency: null,
      allowed_models: null,
      spend_limits: null,
      end_user_spend_limits: null,
      expires_at: null,
    })
  })

  it.each([ENGLISH, GERMAN])('gives back the key that it was filled from', (separators) => {
    const { input } = readKeyForm(keyToForm(KEY, separators), separators)
    expect(input).not.toBeNull()
    expect(input === null ? null : changedFields(KEY, input)).toEqual({})
  })

  it('sends only what was changed, and null for a limit that was taken away', () => {
    const values = { ...keyToForm(KEY, ENGLISH), name: ' ', rpm: '', dayLimit: '', monthLimit: '20' }
    const { input } = readKeyForm(values, ENGLISH)
    expect(input === null ? null : changedFields(KEY, input)).toEqual({
      name: null,
      rpm: null,
      spend_limits: { month_micro: 20_000_000 },
    })
  })

  it('ends with the last day, not before it', () => {
    expect(keyToForm(KEY, ENGLISH).expiresOn).toBe('2026-11-30')
    const { input } = readKeyForm({ ...NEW_KEY_FORM, expiresOn: '2026-11-30' }, ENGLISH)
    expect(input?.expires_at).toBe('2026-12-01T00:00:00.000Z')
  })

  it.each([
    ['rpm', '0'],
    ['rpm', '-1'],
    ['tpm', '1.5'],
    ['concurrency', 'many'],
    ['dayLimit', '-5'],
    ['weekLimit', 'ten'],
    ['endUserMonthLimit', '0.0000001'],
  ] as const)('names the field where %s is %j', (field, typed) => {
    const { input, errors } = readKeyForm({ ...NEW_KEY_FORM, [field]: typed }, ENGLISH)
    expect(input).toBeNull()
    expect(Object.keys(errors ?? {})).toEqual([field])
  })
})

describe('the form of a key below ceilings', () => {
  const limits: KeyCeilings = {
    keys: 3,
    rpm: 30,
    tpm: null,
    concurrency: 2,
    allowed_models: ['openai/*'],
    spend_limits: { day_micro: 2_500_000 },
  }
  const fresh = newKeyForm(limits, GERMAN)

  it('offers a new key the ceilings, in the words of the reader', () => {
    expect(showCeilings(limits, GERMAN)).toEqual({ rpm: '30', concurrency: '2', dayLimit: '2,5' })
    expect(showCeilings(null, GERMAN)).toEqual({})
    expect(newKeyForm(null, GERMAN)).toEqual(NEW_KEY_FORM)
    const { input } = readKeyForm(fresh, GERMAN, { limits, before: null })
    expect(input).toMatchObject({
      rpm: 30,
      tpm: 100_000,
      concurrency: 2,
      allowed_models: ['openai/*'],
      spend_limits: { day_micro: 2_500_000 },
    })
  })

  it.each([
    ['rpm', '31', /more than/],
    ['rpm', '', /needs a limit/],
    ['concurrency', 'x', /whole number/],
    ['dayLimit', '2,500001', /more than/],
    ['dayLimit', 'x', /amount/],
    ['dayLimit', '', /needs a limit/],
    ['allowedModels', [], /openai/],
  ] as const)('says what is wrong where %s is %j', (field, typed, words) => {
    const { input, errors } = readKeyForm({ ...fresh, [field]: typed }, GERMAN, { limits, before: null })
    expect(input).toBeNull()
    expect(Object.keys(errors ?? {})).toEqual([field])
    expect(errors?.[field]).toMatch(words)
  })

  it('leaves alone what an operator has set beyond them, until it is touched', () => {
    const key = { ...KEY, rpm: 600, concurrency: null, allowed_models: null, spend_limits: null }
    const before = keyToForm(key, GERMAN)
    const bounds = { limits, before }
    const renamed = readKeyForm({ ...before, name: 'Mine' }, GERMAN, bounds)
    expect(renamed.input === null ? null : changedFields(key, renamed.input)).toEqual({ name: 'Mine' })
    expect(readKeyForm({ ...before, rpm: '500' }, GERMAN, bounds).errors).toHaveProperty('rpm')
    expect(readKeyForm({ ...before, rpm: '30' }, GERMAN, bounds).input?.rpm).toBe(30)
  })
})
