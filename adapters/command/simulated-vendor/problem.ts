import type { JsonObject } from '../../../src/index.js'

/** What a {@link VendorProblem} may say besides its status and message. */
export interface ProblemOptions {
  /** The field at fault. */
  readonly param?: string | undefined
  /** The vendor's own error code, where its protocol has one; the status decides otherwise. */
  readonly code?: string | undefined
  /** What Anthropic writes beside the message, for clients that act on it. */
  readonly details?: JsonObject | undefined
}

/** Why the vendor does not answer: each protocol writes it in its own error body. */
export class VendorProblem extends Error {
  override readonly name = 'VendorProblem'
  readonly status: number
  readonly param: string | undefined
  readonly code: string | undefined
  readonly details: JsonObject | undefined

  constructor(status: number, message: string, options: ProblemOptions = {}) {
    super(message)
    this.status = status
    this.param = options.param
    this.code = options.code
    this.details = options.details
  }
}

/** A 400 about one field. */
export function invalid(message: string, param?: string, code?: string): VendorProblem {
  return new VendorProblem(400, message, { param, code })
}
