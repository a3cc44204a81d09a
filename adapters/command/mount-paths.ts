import type { Handler } from '../../src/index.js'

/** Handlers by the path that each answers on and below: `{ '/console': console }`. */
export type PathHandlers = Readonly<Record<string, Handler>>

/** Gives a request below one of some paths to the handler of it, relative to there, and all others to `otherwise`. */
export function mountPaths(handlers: PathHandlers, otherwise: Handler): Handler {
  const mounted = Object.entries(handlers)
  return {
    handle(request) {
      const found = mounted.find(([prefix]) => isBelow(request.path, prefix))
      if (found === undefined) return otherwise.handle(request)
      const [prefix, handler] = found
      const rest = request.path.slice(prefix.length)
      return handler.handle({ ...request, path: rest.startsWith('/') ? rest : `/${rest}` })
    },
  }
}

function isBelow(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false
  const next = path.charAt(prefix.length)
  return next === '' || next === '/' || next === '?'
}
