import { GatewayError } from '../errors.js'
import type {
  ErrorEvent,
  Hooks,
  Refusal,
  RequestEvent,
  RouteEvent,
  StoreFailureEvent,
  WarningEvent,
} from './hooks.js'
import type { UsageRecord } from '../usage/record.js'

/** Runs hooks so that none of them can break a request. */
export interface HookRunner {
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
      if (result !== undefined) void result.catch((cause: unknown) => report(hookFailed(requestId, cause)))
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

  return {
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

function hookFailed(requestId: string, cause: unknown): ErrorEvent {
  return { requestId, error: new GatewayError('internal_error', 'A hook failed.', { cause }), cause }
}

function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'refuse' in answer
}

function toError({ refuse, status = DEFAULT_STATUS }: Refusal): GatewayError {
  const refused = status >= 400 && status < 500 ? status : DEFAULT_STATUS
  return new GatewayError('request_refused', refuse, { status: refused })
}

function ignore(): void {
  // Reported already, or the report itself failed.
}
