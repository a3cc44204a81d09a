import type { JSX } from 'preact'

/** Two ways that cross: the sign of the console. */
export function BrandMark(): JSX.Element {
  return (
    <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M3 7h4c6 0 4 10 10 10h4M3 17h4c2.2 0 3.2-1.4 4-3.2M13.5 9c.8-1.2 1.8-2 3.5-2h4" />
    </svg>
  )
}
