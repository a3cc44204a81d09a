/** What stands in one cell. */
export type Cell = string | number | boolean | null

/** Columns of a table, in their order: a name and how its cell is read. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>

/**
 * Lines of CSV (RFC 4180, each with its CRLF): the names of the columns, then one line for each row. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
export async function* toCsv<Row>(
  columns: Columns<Row>,
  rows: AsyncIterable<Row> | Iterable<Row>,
): AsyncGenerator<string, void, undefined> {
  yield toLine(Object.keys(columns))
  const readers = Object.values(columns)
  for await (const row of rows) yield toLine(readers.map((read) => read(row)))
}

function toLine(cells: readonly Cell[]): string {
  return `${cells.map(toCell).join(',')}\r\n`
}

function toCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
