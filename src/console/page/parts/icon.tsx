import type { JSX } from 'preact'

/** Paths on a 24 by 24 grid, drawn as lines. */
const PATHS = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM14 4v3h6V4zM4 17v3h6v-3z',
  models: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5',
  keys: 'M15 4a5 5 0 1 1-4.2 7.7L4 18.5V21h3v-2h2v-2h2l1.7-1.7M16 8.5v.01',
  usage: 'M4 20V10M10 20V4M16 20v-7M21 20H3',
  billing: 'M3 6h18v12H3zM3 10h18M7 15h3',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4',
  integrations: 'M9 8l-5 4 5 4M15 8l5 4-5 4',
  accounts:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M16 4.5a3.5 3.5 0 0 1 0 6M17 14.7c2.5.6 4 2.5 4 5.3',
  upstreams: 'M3 12h4l3-8 4 16 3-8h4',
  audit: 'M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M4 12.5l5 5L20 6.5',
  plus: 'M12 5v14M5 12h14',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8v.01',
  download: 'M12 4v11M7 11l5 5 5-5M4 20h16',
  refresh: 'M20 11a8 8 0 1 0-2 6M20 5v6h-6',
  play: 'M7 4l13 8-13 8z',
  stop: 'M6 6h12v12H6z',
  chevron: 'M8 10l4 4 4-4',
  next: 'M9 6l6 6-6 6',
  previous: 'M15 6l-6 6 6 6',
  leave: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
  send: 'M4 12l16-8-6 16-3-7z',
} as const

/** Which icons there are. */
export type IconName = keyof typeof PATHS

/** A picture beside words; never read aloud. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
