import { GatewayError } from '../errors.js'
import type {
  AttemptEvent,
  AttemptFailureEvent,
  EndEvent,
  ErrorEvent,
  Hooks,
  Refusal,
  RequestEvent,
  RouteEvent,
  StartEvent,
  StoreFailureEvent,
  WarningEvent,
} from './hooks.js'
import type { UsageRecord } from '../usage/record.js'

/** Runs hooks so that none of them can break a request. Null: nobody looks, and the event need not be made. */
export interface HookRunner {
  readonly start: ((event: StartEvent) => void) | null
  /** Headers for the vendor; null = none. */
  readonly attempt: ((event: AttemptEvent) => Readonly<Record<string, string>> | null) | null
  readonly attemptFailure: ((event: AttemptFailureEvent) => void) | null
  readonly end: ((event: EndEvent) => void) | null
  /** Throws `request_refused` when the hook refuses. */
  request(event: RequestEvent): Promise<void> | undefined
  route(event: RouteEvent): Promise<void> | undefined
  readonly usage: (record: UsageRecord) => void
  warning(event: WarningEvent): void
  error(event: ErrorEvent): void
  storeFailure(event: StoreFailureEvent): void
}

const DEFAULT_STATUS = 403

/** Wraps hooks; an absent one costs nothing, not even a promise. */
export function createHookRunner(hooks: Hooks): HookRunner {
  const report = (event: ErrorEvent): void => {
    try {
      void Promise.resolve(hooks.onError?.(event)).catch(ignore)
    } catch {
      // The error hook itself failed: there is nobody left to tell.
    }
  }

  const observe = (requestId: string, run: () => void | Promise<void>): void => {
    try {
      const result = run()
      // What a hook gives back by accident is nothing to wait for.
      if (result instanceof Promise) result.catch((cause: unknown) => report(hookFailed(requestId, cause)))
    } catch (cause) {
      report(hookFailed(requestId, cause))
    }
  }

  const ask = async (requestId: string, run: () => unknown): Promise<void> => {
    let answer: unknown
    try {
      answer = await run()
    } catch (cause) {
      report(hookFailed(requestId, cause))
      return
    }
    if (isRefusal(answer)) throw toError(answer)
  }

  const attempt = (event: AttemptEvent): Readonly<Record<string, string>> | null => {
    try {
      return hooks.onAttempt?.(event) ?? null
    } catch (cause) {
      report(hookFailed(event.requestId, cause))
      return null
    }
  }

  /** Null for a hook that is not there. */
  const observer = <Event extends { readonly requestId: string }>(
    isThere: boolean,
    run: (event: Event) => void | Promise<void>,
  ): ((event: Event) => void) | null =>
    isThere ? (event) => observe(event.requestId, () => run(event)) : null

  return {
    start: observer(hooks.onStart !== undefined, (event: StartEvent) => hooks.onStart?.(event)),
    attempt: hooks.onAttempt === undefined ? null : attempt,
    attemptFailure: observer(hooks.onAttemptFailure !== undefined, (event: AttemptFailureEvent) =>
      hooks.onAttemptFailure?.(event),
    ),
    end: observer(hooks.onEnd !== undefined, (event: EndEvent) => hooks.onEnd?.(event)),
    request: (event) =>
      hooks.onRequest === undefined ? undefined : ask(event.requestId, () => hooks.onRequest?.(event)),
    route: (event) =>
      hooks.onRoute === undefined ? undefined : ask(event.requestId, () => hooks.onRoute?.(event)),
    usage: (record) => observe(record.requestId, () => hooks.onUsage?.(record)),
    warning: (event) => observe(event.requestId, () => hooks.onWarning?.(event)),
    error: report,
    storeFailure: (event) => observe(event.requestId, () => hooks.onStoreFailure?.(event)),
  }
}

/** What `onError` gets of a hook that threw. */
export function hookFailed(requestId: string, cause: unknown): ErrorEvent {
  return { requestId, error: new GatewayError('internal_error', 'A hook failed.', { cause }), cause }
}

/** True for an answer of a hook that refuses. */
export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'refuse' in answer
}

function toError({ refuse, status = DEFAULT_STATUS }: Refusal): GatewayError {
  const refused = status >= 400 && status < 500 ? status : DEFAULT_STATUS
  return new GatewayError('request_refused', refuse, { status: refused })
}

function ignore(): void {
  // Reported already, or the report itself failed.
}
