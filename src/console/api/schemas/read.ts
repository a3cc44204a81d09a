import * as z from 'zod/mini'
import { GatewayError } from '../../../errors.js'
import { describeIssue, toProblems } from '../../../gateway/config/config-schema.js'
import { SCHEMAS, type ShapeName, type Shapes } from './index.js'

/** The value as what it has to be. Throws `invalid_value` with the first thing that is wrong, its path as `param`. */
export function readShape<Name extends ShapeName>(name: Name, value: unknown): Shapes[Name] {
  const result = z.safeParse(SCHEMAS[name], value, { error: describeIssue })
  if (result.success) return result.data
  const [problem] = result.error.issues.flatMap((issue) => toProblems(issue))
  const { path = '', message = 'is wrong' } = problem ?? {}
  throw new GatewayError('invalid_value', `${path} ${message === UNKNOWN ? 'is no field here' : message}.`, {
    param: path,
  })
}

const UNKNOWN = 'unknown setting'
