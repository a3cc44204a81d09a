/** Where in the page we are: a view, and what the address says of it (filters, account, an open detail). */
export interface Route {
  readonly view: string
  readonly params: Readonly<Record<string, string>>
}

/** What changes of a route's parameters; null takes one away. */
export type ParamChange = Readonly<Record<string, string | null>>

/** The view that stands at the empty address. */
const HOME = 'overview'

/** Reads `#/view?name=value`; whatever is no such address leads home. */
export function parseHash(hash: string): Route {
  const [path, query] = splitOnce(hash.replace(/^#\/?/, ''), '?')
  const view = /^[a-z][a-z-]*$/.test(path) ? path : HOME
  const params = [...new URLSearchParams(query)].filter(([, value]) => value !== '')
  return { view, params: Object.fromEntries(params) }
}

/** The address of a route; parameters in the order of their names, so that equal routes have equal addresses. */
export function formatHash({ view, params }: Route): string {
  const entries = Object.entries(params).filter(([, value]) => value !== '')
  const query = new URLSearchParams(entries.sort(([one], [other]) => (one < other ? -1 : 1))).toString()
  return `#/${view}${query === '' ? '' : `?${query}`}`
}

/** A route with other parameters. */
export function withParams(route: Route, change: ParamChange): Route {
  const kept = Object.entries({ ...route.params, ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== null && entry[1] !== '',
  )
  return { view: route.view, params: Object.fromEntries(kept) }
}

/** Another view; the account goes along, filters do not. */
export function toView(route: Route, view: string, params: ParamChange = {}): Route {
  const { account = null } = route.params
  return withParams({ view, params: {} }, { account, ...params })
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}
