import { GatewayError } from '../../errors.js'

/**
 * Runs what walks JSON of unknown depth. Recursion ends where the stack does: a value that is nested too deeply can
 * be parsed, but neither walked nor written.
 */
export function withinStack<T>(walk: () => T, otherwise: () => T): T {
  try {
    return walk()
  } catch (thrown) {
    if (thrown instanceof RangeError) return otherwise()
    throw thrown
  }
}

/** The same for what walks a client's request: one that is nested too deeply is the client's fault, so it is a 400. */
export function requestWithinStack<T>(walk: () => T): T {
  return withinStack(walk, () => {
    throw new GatewayError('invalid_request', 'The request is nested too deeply.')
  })
}
