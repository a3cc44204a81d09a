import { utf8ToBytes } from '@noble/hashes/utils.js'
import { decodeBase64Url, encodeBase64Url } from '../../canonical/base64-url.js'
import { type JsonValue, parseJson } from '../../canonical/json.js'
import { GatewayError } from '../../errors.js'
import type { List, PageQuery } from './types.js'

const USUAL_LIMIT = 100
/** What the admin functions give at once. */
const MOST = 1000

/** How the pages of a list are read. */
export interface Paging<Item, Position extends JsonValue> {
  /** At most `limit` items behind a position. */
  readonly read: (page: {
    readonly after: Position | undefined
    readonly limit: number
  }) => Promise<readonly Item[]>
  readonly positionOf: (item: Item) => Position
  /** False for what is no position: cursors come from outside. */
  readonly isPosition: (value: JsonValue | undefined) => value is Position
}

/** A page as the API answers it; `next` is null where the list has surely ended. */
export async function readPage<Item, Position extends JsonValue, Shown>(
  { after, limit = USUAL_LIMIT }: PageQuery,
  { read, positionOf, isPosition }: Paging<Item, Position>,
  show: (item: Item) => Shown,
): Promise<List<Shown>> {
  const position = after === undefined ? undefined : decodeCursor(after)
  if (after !== undefined && !isPosition(position)) throw badCursor()
  // One more than is asked for tells whether there are more.
  const items = await read({
    after: position as Position | undefined,
    limit: Math.min(limit + 1, MOST),
  })
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  const isEnd = last === undefined || (items.length <= limit && limit < MOST) || items.length < limit
  return { object: 'list', data: shown.map(show), next: isEnd ? null : encodeCursor(positionOf(last)) }
}

/** A whole list in one page. */
export function wholeList<Shown>(data: readonly Shown[]): List<Shown> {
  return { object: 'list', data, next: null }
}

export function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== ''
}

export function isEntryId(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function encodeCursor(position: JsonValue): string {
  return encodeBase64Url(utf8ToBytes(JSON.stringify(position)))
}

function decodeCursor(cursor: string): JsonValue | undefined {
  const bytes = decodeBase64Url(cursor)
  return bytes === null ? undefined : parseJson(new TextDecoder().decode(bytes))
}

function badCursor(): GatewayError {
  return new GatewayError('invalid_value', 'after is no cursor of this list.', { param: 'after' })
}
