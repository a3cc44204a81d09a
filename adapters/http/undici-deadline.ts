/** A limit on a wait that begins again and again. */
export interface Deadline {
  /** The wait begins (again): it may last `limitMs`; 0 = any length. */
  arm(limitMs: number): void
  clear(): void
}

/** One deadline in the ring of those that are armed. */
interface Entry {
  at: number
  before: Entry | undefined
  after: Entry | undefined
  readonly expire: () => void
}

/**
 * Makes deadlines that share one timer. Arming one costs a clock read and two links; a timer for each call, and even
 * a Set of the armed ones, cost a small call a tenth of its time.
 */
export function createDeadlines(): (expire: () => void) => Deadline {
  const ring: Entry = { at: Infinity, before: undefined, after: undefined, expire: () => undefined }
  ring.before = ring
  ring.after = ring
  let checkAt = Infinity
  let timer: NodeJS.Timeout | undefined

  const schedule = (at: number, now: number): void => {
    if (at >= checkAt) return
    checkAt = at
    clearTimeout(timer)
    // The sockets of running calls keep the process alive; this must not.
    timer = setTimeout(check, at - now).unref()
  }
  const check = (): void => {
    const now = performance.now()
    const due: Entry[] = []
    let next = Infinity
    for (let entry = ring.after; entry !== undefined && entry !== ring; entry = entry.after) {
      if (entry.at <= now) due.push(entry)
      else next = Math.min(next, entry.at)
    }
    checkAt = Infinity
    schedule(next, now)
    for (const entry of due) {
      unlink(entry)
      entry.expire()
    }
  }
  return (expire) => {
    const entry: Entry = { at: 0, before: undefined, after: undefined, expire }
    return {
      arm(limitMs) {
        if (limitMs === 0) return
        const now = performance.now()
        entry.at = now + limitMs
        if (entry.after === undefined) link(entry, ring)
        schedule(entry.at, now)
      },
      clear: () => unlink(entry),
    }
  }
}

function link(entry: Entry, ring: Entry): void {
  const last = ring.before
  entry.before = last
  entry.after = ring
  ring.before = entry
  if (last !== undefined) last.after = entry
}

function unlink(entry: Entry): void {
  const { before, after } = entry
  if (before !== undefined) before.after = after
  if (after !== undefined) after.before = before
  entry.before = undefined
  entry.after = undefined
}
