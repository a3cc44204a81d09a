/** A limit on a wait that begins again and again. */
export interface Deadline {
  /** The wait begins (again): it may last `limitMs`; 0 = any length. */
  arm(limitMs: number): void
  clear(): void
}

interface Entry {
  at: number
  readonly expire: () => void
}

/**
 * Makes deadlines that share one timer: arming one on every chunk of every call costs a clock read, where a timer of
 * its own for each call is a tenth of the cost of a small call.
 */
export function createDeadlines(): (expire: () => void) => Deadline {
  const armed = new Set<Entry>()
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
    let next = Infinity
    for (const entry of armed) {
      if (entry.at > now) next = Math.min(next, entry.at)
      else if (armed.delete(entry)) entry.expire()
    }
    checkAt = Infinity
    schedule(next, now)
  }
  return (expire) => {
    const entry: Entry = { at: 0, expire }
    return {
      arm(limitMs) {
        if (limitMs === 0) return
        const now = performance.now()
        entry.at = now + limitMs
        armed.add(entry)
        schedule(entry.at, now)
      },
      clear: () => void armed.delete(entry),
    }
  }
}
