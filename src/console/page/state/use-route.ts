import { useCallback, useEffect, useState } from 'preact/hooks'
import { formatHash, parseHash, type Route } from '../router.js'

/** The route of the address, and how to change it. */
export function useRoute(): {
  readonly route: Route
  readonly go: (route: Route, replace?: boolean) => void
} {
  const [route, setRoute] = useState(() => parseHash(location.hash))
  useEffect(() => {
    const read = (): void => setRoute(parseHash(location.hash))
    addEventListener('hashchange', read)
    return () => removeEventListener('hashchange', read)
  }, [])
  const go = useCallback((next: Route, replace = false) => {
    const hash = formatHash(next)
    if (hash === location.hash) return
    if (!replace) {
      location.hash = hash
      return
    }
    history.replaceState(history.state, '', hash)
    setRoute(next)
  }, [])
  return { route, go }
}
