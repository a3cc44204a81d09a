import * as fc from 'fast-check'
import { it } from 'vitest'
import { GatewayError } from '../../src/index.js'
import { adaptRequest } from '../../src/protocols/translate/adapt-request.js'
import { factsOf, missing, untold } from './support/facts.js'
import { context, REAL_VENDORS } from './support/protocols.js'
import { requests } from './support/request-arbitraries.js'
it('collect', () => {
  for (const { protocol, target, name } of REAL_VENDORS) {
    const seen = new Map<string, { n: number; lost: string; got: string[] }>()
    let refused = 0,
      all = 0
    for (const request of fc.sample(requests, { numRuns: 500, seed: 5 })) {
      all++
      try {
        const adapted = adaptRequest(request, { to: protocol, target, context })
        const e = protocol.encodeRequest(adapted.request, target, context)
        const r = protocol.decodeRequest(e.value, context)
        const facts = factsOf(r.value)
        for (const f of untold(missing(factsOf(adapted.request), facts), [
          ...adapted.warnings,
          ...e.warnings,
        ])) {
          if (name.startsWith('x/y') && f.sort === 'cache marker' && !seen.has(f.sort))
            console.log(JSON.stringify(request.messages), JSON.stringify(e.value.messages), e.warnings)
          const s = seen.get(f.sort) ?? {
            n: 0,
            lost: `${f.path} ${f.value}`,
            got: facts
              .filter((x) => x.sort === f.sort)
              .map((x) => x.value)
              .slice(0, 3),
          }
          s.n++
          seen.set(f.sort, s)
        }
      } catch (error) {
        if (!GatewayError.isInstance(error)) throw error
        refused++
      }
    }
    console.log(`\n### ${name} refused ${refused}/${all}`)
    for (const [sort, s] of seen)
      console.log(
        `${sort} x${s.n}: ${s.lost.slice(0, 200)}\n      got ${JSON.stringify(s.got).slice(0, 300)}`,
      )
  }
})
