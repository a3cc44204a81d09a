import { GatewayError } from '../../errors.js'
import type { OwnerLimits } from '../owner-limits.js'
import { showSpendLimits } from './key-shape.js'
import type { Key, NewKey, SpendLimits } from './types.js'

const RATES = ['rpm', 'tpm', 'concurrency'] as const
const WINDOWS = ['day_micro', 'week_micro', 'month_micro'] as const

/**
 * What may be set of a key, `before` as it is (null: a new one). A new key gets the ceiling where nothing is said; what
 * stays as it is may stand above. Throws `invalid_value` with the first field that is beyond its ceiling.
 */
export function holdToLimits(limits: OwnerLimits | null, body: NewKey, before: Key | null): NewKey {
  if (limits === null) return body
  const rates = RATES.flatMap((name) => {
    const value = holdNumber(name, { value: body[name], most: limits[name], before: before?.[name] })
    return value === undefined ? [] : [[name, value] as const]
  })
  const models = holdModels(limits.allowedModels, body.allowed_models, before)
  const spend = holdSpend(showSpendLimits(limits.spendLimits), body.spend_limits, before)
  return {
    ...body,
    ...Object.fromEntries(rates),
    ...(models === undefined ? {} : { allowed_models: models }),
    ...(spend === undefined ? {} : { spend_limits: spend }),
  }
}

interface Wanted {
  /** Null = no limit; undefined = not said. */
  readonly value: number | null | undefined
  readonly most: number | null | undefined
  /** Undefined: a new key. */
  readonly before: number | null | undefined
}

function holdNumber(param: string, { value, most, before }: Wanted): number | null | undefined {
  if (most === undefined || most === null) return value
  if (value === undefined) return before === undefined ? most : undefined
  if (value === before || (value !== null && value <= most)) return value
  throw beyond(param, `must be at most ${most}`)
}

function holdModels(
  most: OwnerLimits['allowedModels'],
  models: NewKey['allowed_models'],
  before: Key | null,
): NewKey['allowed_models'] {
  if (most === undefined || most === null) return models
  if (models === undefined) return before === null ? most : undefined
  if (before !== null && JSON.stringify(models) === JSON.stringify(before.allowed_models)) return models
  const stray =
    models === null ? null : models.find((model) => !most.some((pattern) => covers(pattern, model)))
  if (stray === undefined) return models
  throw beyond(
    'allowed_models',
    `must stay within ${most.join(', ')}${stray === null ? '' : `: not '${stray}'`}`,
  )
}

/** True when all that an entry allows is allowed by another one. */
function covers(pattern: string, entry: string): boolean {
  return pattern.endsWith('/*') ? entry.startsWith(pattern.slice(0, -1)) : entry === pattern
}

function holdSpend(
  most: SpendLimits | null,
  limits: NewKey['spend_limits'],
  before: Key | null,
): NewKey['spend_limits'] {
  if (most === null) return limits
  if (limits === undefined) return before === null ? most : undefined
  const held = WINDOWS.flatMap((window) => {
    const value = holdNumber(`spend_limits.${window}`, {
      // A new key with some of the limits gets the others; a change names them all.
      value: limits?.[window] ?? (before === null && limits !== null ? undefined : null),
      most: most[window],
      before: before === null ? undefined : (before.spend_limits?.[window] ?? null),
    })
    return value === undefined || value === null ? [] : [[window, value] as const]
  })
  return limits === null ? null : Object.fromEntries(held)
}

function beyond(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_value', `${param} ${problem}: this is what the account may have.`, {
    param,
  })
}
