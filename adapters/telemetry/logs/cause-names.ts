import { GatewayError } from '../../../src/index.js'

/** Names of classes. */
const CLASS = /^[A-Za-z][\w.]{0,63}$/
/** Our words for what a vendor's error or a broken connection is: `rate-limit`, `too_large`. */
const KIND = /^[a-z][a-z_-]{1,31}$/
/** Codes of systems, runtimes and databases: `ECONNRESET`, `UND_ERR_SOCKET`, `23505`. */
const SYSTEM_CODE = /^[A-Z0-9_]{2,40}$/

/**
 * What of a cause can quote nothing: the name of its class, our kind, a status, the code of a system; "" where it has none.
 * A vendor's own code is words of the vendor.
 */
export function namesOf(cause: object): string {
  const { name, kind, status, code } = readFields(cause)
  const isError = cause instanceof Error
  return [
    isError && matches(name, CLASS) ? name : null,
    matches(kind, KIND) ? kind : null,
    typeof status === 'number' ? String(status) : null,
    GatewayError.isInstance(cause) ? cause.code : isError && matches(code, SYSTEM_CODE) ? code : null,
  ]
    .filter((text) => text !== null)
    .join(' ')
}

function readFields(cause: object): Readonly<Record<'name' | 'kind' | 'status' | 'code', unknown>> {
  const read = (field: string): unknown => Reflect.get(cause, field)
  return { name: read('name'), kind: read('kind'), status: read('status'), code: read('code') }
}

function matches(value: unknown, shape: RegExp): value is string {
  return typeof value === 'string' && shape.test(value)
}
