import { formatHash, parseHash } from './router.js'

/** The token of a link `#/sign-in?token=…`: it leads home, and no longer stands in the address. Null without one. */
export function takeSignInToken(): string | null {
  const { view, params } = parseHash(location.hash)
  if (view !== 'sign-in') return null
  history.replaceState(history.state, '', formatHash(parseHash('')))
  return params['token'] ?? null
}
