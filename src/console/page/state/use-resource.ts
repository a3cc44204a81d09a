import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type Problem, toProblem } from '../api/api-error.js'

/** Something that is loaded; what was loaded before stays in view while it is loaded again. */
export interface Resource<T> {
  readonly data: T | null
  readonly problem: Problem | null
  readonly isLoading: boolean
  readonly reload: () => void
}

interface Loaded<T> {
  readonly data: T | null
  readonly problem: Problem | null
  readonly isLoading: boolean
}

/** Loads now, and again whenever an input changes; an answer that came too late is thrown away. */
export function useResource<T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
): Resource<T> {
  const [state, setState] = useState<Loaded<T>>({ data: null, problem: null, isLoading: true })
  const [round, setRound] = useState(0)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    setState((before) => ({ ...before, isLoading: true }))
    const run = async (): Promise<void> => {
      try {
        const data = await load(signal)
        if (!signal.aborted) setState({ data, problem: null, isLoading: false })
      } catch (thrown) {
        if (!signal.aborted)
          setState((before) => ({ ...before, problem: toProblem(thrown), isLoading: false }))
      }
    }
    void run()
    return () => controller.abort()
  }, [...inputs, round])
  const reload = useCallback(() => setRound((count) => count + 1), [])
  return useMemo(() => ({ ...state, reload }), [state, reload])
}

/** Calls back every so often while the page is in view. */
export function usePolling(callback: () => void, intervalMs: number): void {
  const latest = useRef(callback)
  latest.current = callback
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') latest.current()
    }, intervalMs)
    return () => clearInterval(timer)
  }, [intervalMs])
}

/** A step that takes a while and may fail: whether it runs, what went wrong, and how to start it. */
export interface Submit {
  readonly isBusy: boolean
  readonly problem: Problem | null
  readonly submit: (step: () => Promise<unknown>) => void
  readonly clear: () => void
}

/** Runs one step at a time. */
export function useSubmit(): Submit {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const submit = (step: () => Promise<unknown>): void => {
    if (isBusy) return
    setBusy(true)
    setProblem(null)
    step()
      .catch((thrown: unknown) => setProblem(toProblem(thrown)))
      .finally(() => setBusy(false))
  }
  return { isBusy, problem, submit, clear: () => setProblem(null) }
}
