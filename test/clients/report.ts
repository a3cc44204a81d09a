import type { Agent } from './agents/agent.js'
import { UPSTREAMS, type UpstreamId } from './upstreams.js'
import type { Fault } from './vendor/faults.js'

/** What one run showed. */
export interface Result {
  readonly agent: Agent
  readonly upstream: UpstreamId
  /** `loop` is the task without anything in its way. */
  readonly trial: 'loop' | 'recovery' | 'compaction'
  readonly passed: boolean
}

const HEADINGS: Readonly<Record<UpstreamId, string>> = {
  'openai-chat': 'Chat',
  'openai-responses': 'Responses',
  'anthropic-messages': 'Messages',
  gemini: 'Gemini',
}

const LETTERS: Readonly<Record<Result['trial'], string>> = { loop: 'L', recovery: 'R', compaction: 'C' }

const FAULT_NAMES: Readonly<Record<Fault, string>> = {
  rate: '429',
  overload: 'overloaded',
  cut: 'cut stream',
  overflow: 'prompt too long',
  full: 'context nearly full',
}

/** The table for the README: clients down, upstream protocols across. */
export function writeTable(agents: readonly Agent[], results: readonly Result[]): string {
  const shown = agents.filter((agent) => results.some((result) => result.agent === agent))
  const rows = shown.map((agent) => [
    `${agent.title} (${agent.speaks})`,
    ...UPSTREAMS.map((upstream) =>
      writeCell(results.filter((result) => result.agent === agent && result.upstream === upstream)),
    ),
    agent.survives.map((fault) => FAULT_NAMES[fault]).join(', '),
  ])
  const head = ['Client (speaks)', ...UPSTREAMS.map((upstream) => HEADINGS[upstream]), 'Gets over']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The letters of what passed; what failed is named, so that it is not mistaken for what was not tried. */
function writeCell(results: readonly Result[]): string {
  if (results.length === 0) return '–'
  return results.map(({ trial, passed }) => (passed ? LETTERS[trial] : `**${trial} fails**`)).join(' ')
}
