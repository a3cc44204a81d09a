import type { ComponentChildren, JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { useOverflow } from '../state/use-overflow.js'

/** One column: its heading, and what stands in it. */
export interface Column<T> {
  readonly heading: string
  readonly cell: (row: T) => ComponentChildren
  /** Numbers stand at the end of their column. */
  readonly isNumber?: boolean | undefined
  /** Names the row: a heading of it, and the title of its card on a phone. */
  readonly isTitle?: boolean | undefined
  /** Buttons: no heading is shown, cards have them at their end. */
  readonly isActions?: boolean | undefined
}

/**
 * A table; on a phone each row is a card. The roles are written out because a table whose boxes are no table boxes
 * loses them in some browsers.
 */
export function Table<T>({
  caption,
  columns,
  rows,
  keyOf,
  isBusy = false,
}: {
  readonly caption: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string | number
  readonly isBusy?: boolean | undefined
}): JSX.Element {
  const frame = useRef<HTMLDivElement>(null)
  const isScrolling = useOverflow(frame)
  return (
    <div
      class="table-frame"
      ref={frame}
      role="group"
      aria-label={caption}
      tabIndex={isScrolling ? 0 : undefined}
    >
      <table class="table" role="table" aria-busy={isBusy}>
        <caption class="visually-hidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ heading, isNumber, isActions }) => (
              <th key={heading} scope="col" role="columnheader" class={isNumber ? 'number' : undefined}>
                {isActions ? <span class="visually-hidden">{heading}</span> : heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={keyOf(row)} role="row">
              {columns.map((column) => (
                <Cell key={column.heading} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cell<T>({ column, row }: { readonly column: Column<T>; readonly row: T }): JSX.Element {
  const { heading, isNumber, isTitle, isActions, cell } = column
  if (isTitle) {
    return (
      <th scope="row" role="rowheader" class="title">
        {cell(row)}
      </th>
    )
  }
  return (
    <td
      role="cell"
      class={isActions ? 'actions' : isNumber ? 'number' : undefined}
      data-label={isActions ? undefined : heading}
    >
      {cell(row)}
    </td>
  )
}
