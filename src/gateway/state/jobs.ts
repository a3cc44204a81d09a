import { createPatience } from '../send/patience.js'
import type { Feed } from './feed.js'

/** A background response that this process works on. */
export interface Job {
  readonly feed: Feed
  /** Stops the vendor; what was put out so far is settled. */
  readonly cancel: () => void
  /** The same for a process that ends: nobody has cancelled the response, so it has failed. */
  readonly abandon: () => void
  /** Resolves when its last state is kept. */
  readonly done: Promise<void>
}

/** The background responses that this process works on, by the key that they are kept under. */
export interface Jobs {
  add(key: string, job: Job): void
  find(key: string): Job | undefined
  /** Waits for their ends; abandons those that take longer. */
  close(timeoutMs: number): Promise<void>
}

/** No jobs yet. */
export function createJobs(): Jobs {
  const running = new Map<string, Job>()
  const all = (): Promise<unknown> => Promise.all([...running.values()].map(({ done }) => done))
  return {
    add(key, job) {
      running.set(key, job)
      void job.done.catch(() => undefined).finally(() => running.delete(key))
    },
    find: (key) => running.get(key),
    async close(timeoutMs) {
      if (running.size === 0) return
      const patience = createPatience(timeoutMs)
      await patience.wait(all())
      patience.end()
      for (const job of running.values()) job.abandon()
      await all()
    },
  }
}
