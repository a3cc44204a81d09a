import type { Route } from './route.js'

/** What stands at a path. */
export type RouteMatch =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  /** There is something, but not for the method. */
  | { readonly route: null; readonly allowed: readonly string[] }

/** Finds the route of a method and a path below `api/v1/`; null when nothing stands there. */
export type MatchRoute = (method: string, path: string) => RouteMatch | null

/** Takes the paths of the routes apart once. An id may hold an encoded slash; a plain one ends it. */
export function createMatcher(routes: readonly Route[]): MatchRoute {
  const rows = routes.map((route) => ({ route, steps: route.path.split('/') }))
  return (method, path) => {
    const segments = path.split('/')
    const found = rows.flatMap(({ route, steps }) => {
      const params = fit(steps, segments)
      return params === null ? [] : [{ route, params }]
    })
    const exact = found.find(({ route }) => route.method === method)
    if (exact !== undefined || found.length === 0) return exact ?? null
    return { route: null, allowed: found.map(({ route }) => route.method) }
  }
}

/** The ids of a path that fits the steps; null when it does not. */
function fit(steps: readonly string[], segments: readonly string[]): Readonly<Record<string, string>> | null {
  if (steps.length !== segments.length) return null
  const params: Record<string, string> = {}
  for (const [index, step] of steps.entries()) {
    const segment = segments[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(step)?.[1]
    if (name === undefined && step !== segment) return null
    if (name === undefined) continue
    const id = decode(segment)
    if (id === null || id === '') return null
    params[name] = id
  }
  return params
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
