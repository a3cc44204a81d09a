import { isVague, kindOfCode, kindOfStatus } from '../../../canonical/error-codes.js'
import { kindOfWording } from '../../../canonical/error-signs.js'
import type { UpstreamErrorKind } from '../../../canonical/upstream-error.js'

/** Statuses that decide alone: the vendor refuses our credentials, whatever its text says. */
const FIRM: ReadonlySet<number> = new Set([401, 402, 403])

/** What is known of an error. `status` is undefined for one that came inside a stream. */
export interface ErrorFacts {
  readonly status: number | undefined
  readonly message: string
  readonly codes: readonly string[]
  /** False when the body was not an error object at all. */
  readonly structured: boolean
}

/** Finds the canonical kind: credentials by status, then an overflow by code, then wording, code and status. */
export function classifyError({ status, message, codes, structured }: ErrorFacts): UpstreamErrorKind {
  const byStatus = status === undefined ? undefined : kindOfStatus(status)
  if (status !== undefined && byStatus !== undefined && FIRM.has(status)) return byStatus
  const kinds = codes.map(kindOfCode)
  if (kinds.includes('context-overflow')) return 'context-overflow'
  const byText = kindOfWording(message)
  // A vendor that calls it a fault of its own may be right: only what it blames the request for is the request's.
  if (byText !== undefined && !(byText === 'bad-request' && byStatus === 'server')) return byText
  const byCode = kinds.find((kind) => kind !== undefined)
  if (byCode !== undefined && !(byStatus !== undefined && isVague(byCode))) return byCode
  return byStatus ?? byCode ?? (structured ? 'server' : 'garbage')
}
