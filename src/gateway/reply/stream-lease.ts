import type { Admission, Call } from '../call.js'
import type { Core } from '../core.js'
import type { Funds } from './stream-funds.js'

const RENEW = { store: 'limits', operation: 'renew', passed: true, lost: null } as const

/**
 * The same funds of a stream, which keep its slot taken as well, for as long as it runs. A limit store that fails
 * meanwhile stops no answer, nor does a slot that has ended already.
 */
export function withLease(core: Core, call: Call, admission: Admission, funds: Funds | null): Funds | null {
  const { limits } = core.stores
  const { limitRequest: request } = admission
  const isLeased = admission.limits !== null && (request.concurrency !== null || request.tpm !== null)
  if (!isLeased || limits.renew === undefined) return funds
  const halfMs = request.leaseTtlMs / 2
  let renewAt = call.startedAt + halfMs

  const pass = (cause: unknown): void => {
    core.hooks.storeFailure({ ...RENEW, requestId: call.requestId, cause })
  }
  const renew = (): void => {
    try {
      const answer = limits.renew?.(request)
      if (answer instanceof Promise) answer.catch(pass)
    } catch (cause) {
      pass(cause)
    }
  }

  return {
    check(progress) {
      const now = core.now()
      if (now >= renewAt) {
        renewAt = now + halfMs
        renew()
      }
      return funds === null ? null : funds.check(progress)
    },
  }
}
