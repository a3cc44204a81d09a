import { describe, expect, it } from 'vitest'
import { changeRecord } from '../../src/keys/change-record.js'
import { accountRecord } from '../contracts/samples.js'

describe('changeRecord', () => {
  const record = Object.freeze(accountRecord({ name: 'Acme', aliases: { fast: 'a/b' } }))

  it('changes what is said and keeps the rest', () => {
    expect(changeRecord(record, { status: 'suspended' })).toStrictEqual({ ...record, status: 'suspended' })
    expect(changeRecord(record, {})).toStrictEqual(record)
  })

  it('takes away what is undefined, and leaves no trace of it', () => {
    const changed = changeRecord(record, { name: undefined, aliases: { slow: 'c/d' } })
    expect(changed).toStrictEqual({ ...accountRecord(), aliases: { slow: 'c/d' } })
    expect(Object.keys(changed)).not.toContain('name')
  })
})
