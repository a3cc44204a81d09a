import type { Warning } from '../canonical/warning.js'
import type { Call } from './call.js'
import type { Core } from './core.js'

/** Proxies refuse long headers; what does not fit is counted, and the hook has it all. */
const MAX_HEADER_LENGTH = 4096

/**
 * `x-crossmodel-warnings: dropped:top_k, clamped:temperature`, and the same in full to the hook, with what the call has
 * of its own; once a request, before its head goes out.
 */
export function reportWarnings(core: Core, call: Call, warnings: readonly Warning[]): void {
  const all = takeWarnings(call, warnings)
  if (all.length === 0) return
  call.headers['x-crossmodel-warnings'] = formatWarnings(all)
  core.hooks.warning({ requestId: call.requestId, warnings: all })
}

/** What a stream lost after its head went out: only the hook can still be told. */
export function reportLateWarnings(core: Core, call: Call, warnings: readonly Warning[]): void {
  const all = takeWarnings(call, warnings)
  if (all.length > 0) core.hooks.warning({ requestId: call.requestId, warnings: all })
}

function takeWarnings({ warnings: own }: Call, warnings: readonly Warning[]): readonly Warning[] {
  return own.length === 0 ? warnings : [...warnings, ...own.splice(0)]
}

function formatWarnings(warnings: readonly Warning[]): string {
  const entries = [...new Set(warnings.map(({ code, path }) => `${code}:${toAscii(path)}`))]
  let value = ''
  let left = entries.length
  for (const entry of entries) {
    if (value.length + entry.length > MAX_HEADER_LENGTH) break
    value += value === '' ? entry : `, ${entry}`
    left--
  }
  return left === 0 ? value : `${value}, more:${left}`
}

/** Paths may hold a client's own keys; header values may not hold everything. */
function toAscii(path: string): string {
  return path.replace(/[^\x21-\x2b\x2d-\x7e]/g, '_')
}
