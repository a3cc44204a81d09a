/** Rows of one step: a step holds the write lock and the event loop for some milliseconds. */
const BATCH_SIZE = 200

/**
 * Repeats a step until it finds less than a whole batch, and lets others have a turn in between: the calls of this
 * process and the writers of others. Returns how many rows all steps have found.
 */
export async function runInBatches(step: (size: bigint) => number): Promise<number> {
  let total = 0
  for (;;) {
    const count = step(BigInt(BATCH_SIZE))
    total += count
    if (count < BATCH_SIZE) return total
    await nextTurn()
  }
}

/** Lets everything else that waits in this process have its turn: work on a file holds the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
