import type { Agent } from './agents/agent.js'
import type { Result } from './report.js'
import type { Fault } from './vendor/faults.js'
import { STEPS, type Step } from './vendor/toolbox.js'

/** What is put in the way of the task. */
export interface Trial {
  readonly name: Result['trial']
  readonly faults: Readonly<Partial<Record<Step, Fault>>>
}

const PASSING: readonly Fault[] = ['rate', 'overload', 'cut']

/** The trials that a client is up to: the task alone, each passing fault at a step of its own, a context that ends. */
export function trialsOf({ survives }: Agent): readonly Trial[] {
  const passing = PASSING.filter((fault) => survives.includes(fault))
  const steps = STEPS.slice(0, passing.length)
  const recovery = Object.fromEntries(steps.map((step, index) => [step, passing[index]]))
  const endings: readonly Trial[] = [
    { name: 'overflow', faults: { edit: 'overflow' } },
    { name: 'compaction', faults: { read: 'full' } },
  ]
  return [
    { name: 'loop', faults: {} },
    { name: 'recovery', faults: recovery },
    ...endings.filter(({ faults }) => Object.values(faults).every((fault) => survives.includes(fault))),
  ]
}
