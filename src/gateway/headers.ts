import type { RequestHeaders } from './http.js'

/** Which headers pass, by name; `x-codex-*` matches a prefix. */
export interface HeaderFilter {
  pick(headers: RequestHeaders): Record<string, string>
}

/** Compiles a list of lower-case names and prefixes. */
export function createHeaderFilter(names: readonly string[]): HeaderFilter {
  const exact = names.filter((name) => !name.endsWith('*'))
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1))
  return {
    pick(headers) {
      const picked: Record<string, string> = {}
      for (const name of exact) {
        const value = headers[name]
        if (value !== undefined) picked[name] = single(value)
      }
      if (prefixes.length === 0) return picked
      for (const [name, value] of Object.entries(headers)) {
        if (value !== undefined && prefixes.some((prefix) => name.startsWith(prefix)))
          picked[name] = single(value)
      }
      return picked
    },
  }
}

/** Repeated headers joined as HTTP joins them. */
export function single(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join(', ')
}
