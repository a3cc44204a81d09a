import type { Registry } from 'prom-client'

/** Where metrics are registered, and how their names begin. */
export interface Naming {
  readonly register: Registry
  readonly prefix: string
}

/** What every metric is made with. */
export function describe<Label extends string>(
  { register, prefix }: Naming,
  name: string,
  { help, labels }: { readonly help: string; readonly labels: readonly Label[] },
): { name: string; help: string; labelNames: Label[]; registers: [Registry] } {
  return { name: `${prefix}${name}`, help, labelNames: [...labels], registers: [register] }
}
