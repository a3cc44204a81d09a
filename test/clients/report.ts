import type { Agent } from './agents/agent.js'
import { versionOf } from './versions.js'
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
  /** What was not as expected, in one line. */
  readonly problem?: string | undefined
  /** When the run began, as ISO 8601 in UTC, and the Node of the gateway. */
  readonly begun: string
  readonly node: string
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
  return `${title} ${versionOf(client)} (${speaks})`
}

/** Marks a client whose reasoning the gateway keeps. */
const KEPT = '*'

const LEGEND = `L: runs a command, reads a file, edits it and answers, with reasoning that comes back to the vendor. R: the same with
what stands in the last column in its way. O: the same with a prompt that is refused as too long. C: the same with a
context that is reported as nearly full. ${KEPT}: the client drops reasoning; the gateway keeps it (\`stateCache: {}\`). In every
cell the files are as they should be, and the ledger has what the vendor counted.`

/** Markdown for the README: clients down, upstream protocols across, then what the letters mean and what failed. */
export function writeReport(agents: readonly Agent[], results: readonly Result[]): string {
  return [writeTable(agents, results), LEGEND, writeRun(results), ...writeFailures(results)].join('\n\n')
}

function writeTable(agents: readonly Agent[], results: readonly Result[]): string {
  const shown = agents.filter((agent) => results.some((result) => result.agent === nameOf(agent)))
  const rows = shown.map((agent) => [
    nameOf(agent),
    ...UPSTREAMS.map((upstream) => {
      const own = results.filter((result) => result.agent === nameOf(agent) && result.upstream === upstream)
      return writeCell(own) + (own.length > 0 && agent.forgets?.includes(upstream) === true ? KEPT : '')
    }),
    agent.survives.map((fault) => FAULT_NAMES[fault]).join(', '),
  ])
  const head = ['Client (speaks)', ...UPSTREAMS.map((upstream) => HEADINGS[upstream]), 'Gets over']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function writeRun(results: readonly Result[]): string {
  const beginnings = [...new Set(results.map(({ begun }) => begun))].toSorted()
  const nodes = [...new Set(results.map(({ node }) => node))].join(', ')
  const runs = beginnings.length === 1 ? 'One run' : `${beginnings.length} runs, the first`
  const passed = results.filter((result) => result.passed).length
  return `${runs} of ${beginnings[0]?.slice(0, 10)} on Node ${nodes}: ${passed} of ${results.length} trials passed.`
}

function writeFailures(results: readonly Result[]): readonly string[] {
  const failed = results.filter(({ passed }) => !passed)
  const lines = failed.map(
    ({ agent, upstream, trial, problem = '' }) => `- ${agent} to ${HEADINGS[upstream]}, ${trial}: ${problem}`,
  )
  return failed.length === 0 ? [] : [lines.join('\n')]
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
