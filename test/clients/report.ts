import type { Agent } from './agents/agent.js'
import { VERSIONS } from './versions.js'
import { UPSTREAMS, type UpstreamId } from './upstreams.js'
import type { Fault } from './vendor/faults.js'

const TRIALS = ['loop', 'recovery', 'overflow', 'compaction'] as const

/** What one run showed. */
export interface Result {
  /** By {@link nameOf}. */
  readonly agent: string
  readonly upstream: UpstreamId
  /**
   * `loop`: the task with nothing in its way. `recovery`: with a refusal for the rate, one for the load, and a cut
   * stream. `overflow`: the prompt is refused as too long. `compaction`: the context is reported as nearly full.
   */
  readonly trial: (typeof TRIALS)[number]
  readonly passed: boolean
}

const HEADINGS: Readonly<Record<UpstreamId, string>> = {
  'openai-chat': 'Chat',
  'openai-responses': 'Responses',
  'anthropic-messages': 'Messages',
  gemini: 'Gemini',
}

const LETTERS: Readonly<Record<Result['trial'], string>> = {
  loop: 'L',
  recovery: 'R',
  overflow: 'O',
  compaction: 'C',
}

const FAULT_NAMES: Readonly<Record<Fault, string>> = {
  rate: '429',
  overload: 'overloaded',
  cut: 'cut stream',
  overflow: 'prompt too long',
  full: 'context nearly full',
}

/** A client at its version, with the protocol that it speaks. */
export function nameOf({ client, title, speaks }: Agent): string {
  const [version = ''] = Object.values(VERSIONS[client])
  return `${title} ${version} (${speaks})`
}

/** The table for the README: clients down, upstream protocols across. */
export function writeTable(agents: readonly Agent[], results: readonly Result[]): string {
  const shown = agents.filter((agent) => results.some((result) => result.agent === nameOf(agent)))
  const rows = shown.map((agent) => [
    nameOf(agent),
    ...UPSTREAMS.map((upstream) =>
      writeCell(results.filter((result) => result.agent === nameOf(agent) && result.upstream === upstream)),
    ),
    agent.survives.map((fault) => FAULT_NAMES[fault]).join(', '),
  ])
  const head = ['Client (speaks)', ...UPSTREAMS.map((upstream) => HEADINGS[upstream]), 'Gets over']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The letters of what passed; what failed is named, so that it is not mistaken for what was not tried. */
function writeCell(results: readonly Result[]): string {
  const cells = TRIALS.flatMap((trial) => {
    const runs = results.filter((result) => result.trial === trial)
    if (runs.length === 0) return []
    return runs.every(({ passed }) => passed) ? LETTERS[trial] : `**${trial} fails**`
  })
  return cells.length === 0 ? '–' : cells.join(' ')
}
