import { expect, it } from 'vitest'
import { runSoak } from './soak.js'

/** A machine that does much else at the same time takes its time. */
const TIMEOUT_MS = 180_000

/** The short form of run.mjs. */
it(
  'a vendor that fails in every way and agents that do as they like leave nothing stuck, unpaid or unexplained',
  async () => {
    const verdict = await runSoak({
      root: new URL('../../', import.meta.url),
      seconds: 10,
      sessions: 20,
      store: 'sqlite',
      seed: 1,
      sampleSeconds: 5,
      restSeconds: 5,
      thinkMs: [100, 1500],
      silenceMs: 12_000,
      maxBytesPerRequest: null,
      isThorough: false,
      report: () => undefined,
    })
    for (const [name, value] of verdict.figures) console.log(`${name}: ${value}`)
    expect(verdict.violations).toEqual([])
  },
  TIMEOUT_MS,
)
