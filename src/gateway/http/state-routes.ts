import type { RouteMatch } from './routes.js'

/** What can be done with responses and conversations that are kept. */
export type StateOperation =
  | 'read-response'
  | 'delete-response'
  | 'cancel-response'
  | 'list-input-items'
  | 'create-conversation'
  | 'read-conversation'
  | 'update-conversation'
  | 'delete-conversation'
  | 'create-items'
  | 'list-items'
  | 'read-item'
  | 'delete-item'

type Method = 'GET' | 'POST' | 'DELETE'

/** A path whose methods mean different things. */
interface Resource {
  readonly endpoint: string
  readonly operations: readonly (readonly [Method, StateOperation])[]
}

const RESOURCES: readonly Resource[] = [
  {
    endpoint: '/v1/responses/{id}',
    operations: [
      ['GET', 'read-response'],
      ['DELETE', 'delete-response'],
    ],
  },
  { endpoint: '/v1/responses/{id}/input_items', operations: [['GET', 'list-input-items']] },
  { endpoint: '/v1/responses/{id}/cancel', operations: [['POST', 'cancel-response']] },
  { endpoint: '/v1/conversations', operations: [['POST', 'create-conversation']] },
  {
    endpoint: '/v1/conversations/{id}',
    operations: [
      ['GET', 'read-conversation'],
      ['POST', 'update-conversation'],
      ['DELETE', 'delete-conversation'],
    ],
  },
  {
    endpoint: '/v1/conversations/{id}/items',
    operations: [
      ['GET', 'list-items'],
      ['POST', 'create-items'],
    ],
  },
  {
    endpoint: '/v1/conversations/{id}/items/{item}',
    operations: [
      ['GET', 'read-item'],
      ['DELETE', 'delete-item'],
    ],
  },
]

const PATTERNS = RESOURCES.map(({ endpoint, operations }) => {
  const pattern = endpoint.slice('/v1'.length).replaceAll(/\{\w+\}/g, '([^/]+)')
  return { pattern: new RegExp(`^${pattern}$`), endpoint, operations }
})
const FIRST_SEGMENT = /^\/(?:responses\/|conversations)/

/** Finds the route of a path without version and query; for a method that it does not know, that of another one. */
export function matchStateRoute(plain: string, method: string): Omit<RouteMatch, 'query'> | null {
  if (!FIRST_SEGMENT.test(plain)) return null
  for (const { pattern, endpoint, operations } of PATTERNS) {
    const match = pattern.exec(plain)
    if (match === null) continue
    const known = operations.find(([name]) => name === method) ?? operations[0]
    if (known === undefined) return null
    const row = { operation: known[1], dialect: 'openai', method: known[0], endpoint } as const
    return { row, id: match[1] ?? null, itemId: match[2] ?? null }
  }
  return null
}
