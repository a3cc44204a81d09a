import type { AttemptEvent, ErrorEvent, Hooks, Refusal } from './hooks.js'
import { hookFailed, isRefusal } from './run-hooks.js'

type Answer = ReturnType<NonNullable<Hooks['onRequest']>>

/**
 * Several hooks as one, each called in the order given. The first that refuses is the last that is asked; headers for
 * the vendor are put together, the later ones win. One that throws stops no other: its error goes to every `onError`.
 */
export function combineHooks(...given: readonly (Hooks | null | undefined)[]): Hooks {
  const all = given.filter((hooks) => hooks !== null && hooks !== undefined)
  const tell = tellAll(all)
  const report = (requestId: string, cause: unknown): void => tell(hookFailed(requestId, cause))
  const observe = observeBy(report)
  const ask = askBy(report)
  return {
    ...observe(all, 'onStart', (hooks, event) => hooks.onStart?.(event)),
    ...ask(all, 'onRequest', (hooks, event) => hooks.onRequest?.(event)),
    ...ask(all, 'onRoute', (hooks, event) => hooks.onRoute?.(event)),
    ...addHeaders(all, report),
    ...observe(all, 'onAttemptFailure', (hooks, event) => hooks.onAttemptFailure?.(event)),
    ...observe(all, 'onUsage', (hooks, record) => hooks.onUsage?.(record)),
    ...observe(all, 'onWarning', (hooks, event) => hooks.onWarning?.(event)),
    ...observe(all, 'onStoreFailure', (hooks, event) => hooks.onStoreFailure?.(event)),
    ...observe(all, 'onEnd', (hooks, event) => hooks.onEnd?.(event)),
    ...(all.some((hooks) => hooks.onError !== undefined) ? { onError: tell } : {}),
  }
}

type Report = (requestId: string, cause: unknown) => void
type EventOf<Name extends keyof Hooks> = Parameters<NonNullable<Hooks[Name]>>[0]
type Asked = 'onRequest' | 'onRoute'
type Observed = Exclude<keyof Hooks, Asked | 'onAttempt' | 'onError'>

/** To every `onError`, whatever the others do with it. */
function tellAll(all: readonly Hooks[]): (event: ErrorEvent) => void {
  return (event) => {
    for (const hooks of all) {
      try {
        void Promise.resolve(hooks.onError?.(event)).catch(ignore)
      } catch {
        // An error hook failed: the others are told all the same.
      }
    }
  }
}

function observeBy(report: Report) {
  return <Name extends Observed>(
    all: readonly Hooks[],
    name: Name,
    run: (hooks: Hooks, event: EventOf<Name>) => void | Promise<void>,
  ): { readonly [name in Name]?: (event: EventOf<Name>) => void } => {
    const interested = all.filter((hooks) => hooks[name] !== undefined)
    if (interested.length === 0) return {}
    const observe = (event: EventOf<Name>): void => {
      for (const hooks of interested) {
        try {
          const result = run(hooks, event)
          if (result instanceof Promise) result.catch((cause: unknown) => report(event.requestId, cause))
        } catch (cause) {
          report(event.requestId, cause)
        }
      }
    }
    return { [name]: observe } as { readonly [name in Name]?: (event: EventOf<Name>) => void }
  }
}

function askBy(report: Report) {
  return <Name extends Asked>(
    all: readonly Hooks[],
    name: Name,
    run: (hooks: Hooks, event: EventOf<Name>) => Answer,
  ): { readonly [name in Name]?: (event: EventOf<Name>) => Promise<void | Refusal> } => {
    const interested = all.filter((hooks) => hooks[name] !== undefined)
    if (interested.length === 0) return {}
    const ask = async (event: EventOf<Name>): Promise<void | Refusal> => {
      for (const hooks of interested) {
        try {
          const answer = await run(hooks, event)
          if (isRefusal(answer)) return answer
        } catch (cause) {
          report(event.requestId, cause)
        }
      }
    }
    return { [name]: ask } as { readonly [name in Name]?: typeof ask }
  }
}

function addHeaders(all: readonly Hooks[], report: Report): Pick<Hooks, 'onAttempt'> {
  const interested = all.filter((hooks) => hooks.onAttempt !== undefined)
  if (interested.length === 0) return {}
  return {
    onAttempt(event: AttemptEvent) {
      const headers: Record<string, string> = {}
      for (const hooks of interested) {
        try {
          Object.assign(headers, hooks.onAttempt?.(event))
        } catch (cause) {
          report(event.requestId, cause)
        }
      }
      return headers
    },
  }
}

function ignore(): void {
  // The error hook failed: there is nobody left to tell.
}
