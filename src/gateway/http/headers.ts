import type { RequestHeaders } from './http.js'

/** Which headers pass, by name; `x-codex-*` matches a prefix. */
export interface HeaderFilter {
  /** Null when none passes, which is the common case. */
  pick(headers: RequestHeaders): Record<string, string> | null
}

/** Compiles a list of lower-case names and prefixes. */
export function createHeaderFilter(names: readonly string[]): HeaderFilter {
  const exact = new Set(names.filter((name) => !name.endsWith('*')))
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1))
  const passes = (name: string): boolean =>
    exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
  return {
    pick(headers) {
      let picked: Record<string, string> | null = null
      for (const name of Object.keys(headers)) {
        const value = passes(name) ? headers[name] : undefined
        if (value !== undefined) (picked ??= {})[name] = single(value)
      }
      return picked
    },
  }
}

/** Repeated headers joined as HTTP joins them. */
export function single(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join(', ')
}
