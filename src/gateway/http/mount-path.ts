const SLASH = 47

/**
 * The path and query of a request relative to where its handler is mounted: `/llm/v1/models?x=1` under the route
 * `/llm/*` is `/v1/models?x=1`. Takes absolute URLs too. Segments are counted, not compared, because a route may
 * hold parameters (`/:tenant/llm/*`).
 */
export function relativePath(url: string, route: string): string {
  const path = pathOf(url)
  const query = path.indexOf('?')
  const end = query < 0 ? path.length : query
  let at = 0
  for (let left = segmentsOf(route); left > 0 && at < end; left -= 1) {
    const next = path.indexOf('/', at + 1)
    at = next < 0 || next > end ? end : next
  }
  const rest = path.slice(at)
  return rest.charCodeAt(0) === SLASH ? rest : `/${rest}`
}

/** Path and query of an absolute URL or of a bare path, without a fragment. */
export function pathOf(url: string): string {
  const fragment = url.indexOf('#')
  const whole = fragment < 0 ? url : url.slice(0, fragment)
  if (whole.charCodeAt(0) === SLASH) return whole
  const authority = whole.indexOf('//') + 2
  const start = whole.slice(authority).search(/[/?]/)
  if (start < 0) return '/'
  const path = whole.slice(authority + start)
  return path.charCodeAt(0) === SLASH ? path : `/${path}`
}

/** Segments that a route pattern has before its wildcard. */
function segmentsOf(route: string): number {
  let count = 0
  for (const segment of route.split('/')) {
    if (segment.startsWith('*')) break
    if (segment !== '') count += 1
  }
  return count
}
