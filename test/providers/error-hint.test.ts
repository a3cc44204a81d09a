import { describe, expect, it } from 'vitest'
import type { UpstreamError } from '../../src/canonical/upstream-error.js'
import { applyErrorHints } from '../../src/providers/error-hint.js'
import { getProvider } from '../../src/providers/index.js'

const error: UpstreamError = {
  kind: 'bad-request',
  message: 'Your Credit Balance is too low to use this API.',
  status: 400,
  code: 'some_code',
}

describe('applyErrorHints', () => {
  it('corrects the kind and keeps everything else', () => {
    expect(applyErrorHints(error, getProvider('anthropic')?.errorHints ?? [])).toEqual({
      ...error,
      kind: 'billing',
    })
  })

  it('wants everything that a hint names', () => {
    const hints = [{ status: 400, code: 'other', kind: 'policy' } as const]
    expect(applyErrorHints(error, hints)).toBe(error)
  })

  it('takes the first hint that fits', () => {
    const hints = [
      { status: 402, kind: 'billing' },
      { code: 'some_code', kind: 'policy' },
      { status: 400, kind: 'timeout' },
    ] as const
    expect(applyErrorHints(error, hints).kind).toBe('policy')
  })
})
