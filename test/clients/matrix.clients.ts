import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AGENTS } from './agents/index.js'
import type { Agent } from './agents/agent.js'
import { checkMoney, unexpectedLosses } from './checks.js'
import { installClient } from './install.js'
import { nameOf } from './report.js'
import { openResults } from './results.js'
import { runAgent } from './run-program.js'
import { openStage } from './stage.js'
import { type Trial, trialsOf } from './trials.js'
import { UPSTREAMS, type UpstreamId } from './upstreams.js'
import { ANSWER } from './vendor/agent.js'
import { STEPS } from './vendor/toolbox.js'

const results = openResults()

// oxlint-disable-next-line no-console -- it is what the run is for
afterAll(() => console.log(`\n${results.report(AGENTS)}\n`))

describe.each(AGENTS)('$title, speaking $speaks', (agent) => {
  let programs = ''
  beforeAll(async () => {
    programs = await installClient(agent.client)
  })

  describe.each(upstreamsOf(agent))('to a model behind %s', (upstream) => {
    test.each(trialsOf(agent))('does its task: $name', async (trial) => {
      const cell = { agent: nameOf(agent), upstream, trial: trial.name }
      try {
        await perform({ agent, upstream, trial, programs })
      } catch (error) {
        results.add({ ...cell, passed: false, problem: writeProblem(error) })
        throw error
      }
      results.add({ ...cell, passed: true })
    })
  })
})

/** The first words of an error, and of what differs. */
function writeProblem(error: unknown): string {
  const [first = ''] = stripVTControlCharacters(String(error)).split('\n')
  const found = error instanceof Error && 'actual' in error ? ` ${JSON.stringify(error.actual)}` : ''
  return (first + found).slice(0, 300)
}

function upstreamsOf({ except = [] }: Agent): readonly UpstreamId[] {
  return UPSTREAMS.filter((upstream) => !except.includes(upstream))
}

interface Performance {
  readonly agent: Agent
  readonly upstream: UpstreamId
  readonly trial: Trial
  readonly programs: string
}

async function perform({ agent, upstream, trial, programs }: Performance): Promise<void> {
  const keepsReasoning = (agent.forgets ?? []).includes(upstream)
  const stage = await openStage({ upstream, faults: trial.faults, alias: agent.alias, keepsReasoning })
  try {
    const { exitCode, output } = await runAgent(agent, stage.site, programs)
    const { vendor, task } = stage
    const met = vendor.calls.flatMap(({ outcome }) => (outcome === 'complete' ? [] : [outcome]))
    // Of the exit code only that it had one: some report an error that they got over.
    expect(exitCode, output).not.toBeNull()
    expect({ complaints: vendor.complaints, met }, output).toEqual({
      complaints: [],
      met: Object.values(trial.faults),
    })
    const isSilent = trial.name === 'overflow' && agent.silentAfterCompaction === true
    if (!isSilent) expect(output).toContain(ANSWER)
    expect(await stage.readFile('greeting.txt')).toBe(`${task.after}\n`)
    expect(await stage.readFile(task.trace)).toBe(`${task.folder}\n`)
    await checkMoney(stage)
    expect(unexpectedLosses(stage.warnings)).toEqual([])
    if (trial.name === 'loop') {
      expect(vendor.calls.at(-1)?.returned).toBe(STEPS.length)
    }
  } finally {
    await stage.close()
  }
}
