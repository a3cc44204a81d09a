import * as fc from 'fast-check'

/** The smallest input for which a property does not hold; null when none was found. */
export function counterexampleOf<Input>(property: fc.IProperty<Input>): Input | null {
  return fc.check(property).counterexample
}
