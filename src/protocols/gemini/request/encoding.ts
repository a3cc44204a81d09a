import type { Target } from '../../../canonical/target.js'
import type { Warning } from '../../../canonical/warning.js'
import { GatewayError } from '../../../errors.js'
import { GEMINI } from '../vocabulary.js'

/** What every step of encoding one request shares. */
export interface Encoding {
  readonly target: Target
  readonly warnings: Warning[]
}

/** Refuses the request: the vendor cannot be told what stands at `path`. */
export function reject(path: string, { target }: Encoding): never {
  throw new GatewayError('unsupported_parameter', `${path}: not supported by ${GEMINI}/${target.model}`, {
    param: path,
  })
}
