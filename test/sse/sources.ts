/** A source that is driven by hand and records whether it was cancelled. */
export interface ManualSource<T> extends AsyncIterable<T> {
  give(value: T): void
  end(): void
  fail(error: unknown): void
  /** How often a value was asked for. */
  readonly pulls: number
  readonly cancelled: boolean
}

type Step<T> = (settle: {
  readonly resolve: (result: IteratorResult<T>) => void
  readonly reject: (error: unknown) => void
}) => void

/** Like a network stream: `return` works at once, also while a read is open. */
export function createManualSource<T>(): ManualSource<T> {
  const steps: Step<T>[] = []
  const waiting: Parameters<Step<T>>[0][] = []
  let pulls = 0
  let cancelled = false

  const add = (step: Step<T>): void => {
    const waiter = waiting.shift()
    if (waiter === undefined) steps.push(step)
    else step(waiter)
  }

  return {
    give: (value) => add(({ resolve }) => resolve({ done: false, value })),
    end: () => add(({ resolve }) => resolve({ done: true, value: undefined })),
    fail: (error) => add(({ reject }) => reject(error)),
    get pulls() {
      return pulls
    },
    get cancelled() {
      return cancelled
    },
    [Symbol.asyncIterator]: () => ({
      next: () =>
        new Promise<IteratorResult<T>>((resolve, reject) => {
          pulls += 1
          const step = steps.shift()
          if (step === undefined) waiting.push({ resolve, reject })
          else step({ resolve, reject })
        }),
      return: async () => {
        cancelled = true
        return { done: true, value: undefined }
      },
    }),
  }
}

/** A source of given values. */
export async function* toSource<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
}

/** Everything that a source gives. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of source) values.push(value)
  return values
}
