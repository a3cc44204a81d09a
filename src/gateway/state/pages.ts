import type { JsonObject } from '../../canonical/json.js'
import { GatewayError } from '../../errors.js'
import { toListed } from './items.js'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

/** A list of items as `{ object: 'list', data, first_id, last_id, has_more }`. */
export function listOf(items: readonly JsonObject[], hasMore: boolean): JsonObject {
  return {
    object: 'list',
    data: items.map(toListed),
    first_id: items[0]?.['id'] ?? null,
    last_id: items.at(-1)?.['id'] ?? null,
    has_more: hasMore,
  }
}

/** One page of items, newest first unless `order=asc`. Throws `invalid_value` for a query that names no page. */
export function pageOf(items: readonly JsonObject[], query: URLSearchParams): JsonObject {
  const order = query.get('order') ?? 'desc'
  if (order !== 'asc' && order !== 'desc') throw invalid('order', '"asc" or "desc"')
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw invalid('limit', `a whole number from 1 to ${MAX_LIMIT}`)
  }
  const sorted = order === 'asc' ? items : items.toReversed()
  const after = query.get('after')
  const at = after === null ? -1 : sorted.findIndex(({ id }) => id === after)
  if (after !== null && at < 0) throw invalid('after', 'the id of an item in this list')
  const start = at + 1
  return listOf(sorted.slice(start, start + limit), start + limit < sorted.length)
}

function invalid(param: string, expected: string): GatewayError {
  return new GatewayError('invalid_value', `${param}: must be ${expected}.`, { param })
}
