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
