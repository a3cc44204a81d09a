import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'

/** A part of a view with a heading. */
export function Card({
  title,
  actions,
  intro,
  children,
}: {
  readonly title: string
  readonly actions?: ComponentChildren
  readonly intro?: ComponentChildren
  readonly children: ComponentChildren
}): JSX.Element {
  const id = useId()
  return (
    <section class="card" aria-labelledby={id}>
      <header class="card-head">
        <div>
          <h2 id={id}>{title}</h2>
          {intro !== undefined && <p class="muted">{intro}</p>}
        </div>
        {actions !== undefined && <div class="card-actions">{actions}</div>}
      </header>
      {children}
    </section>
  )
}

/** The head of a view: its heading, which takes the focus, and what one can do here. */
export function ViewHead({
  title,
  intro,
  children,
}: {
  readonly title: string
  readonly intro?: ComponentChildren
  readonly children?: ComponentChildren
}): JSX.Element {
  return (
    <header class="view-head">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {intro !== undefined && <p class="muted">{intro}</p>}
      </div>
      {children !== undefined && <div class="view-actions">{children}</div>}
    </header>
  )
}

/** One number that matters. */
export function Tile({
  label,
  children,
  detail,
}: {
  readonly label: string
  readonly children: ComponentChildren
  readonly detail?: ComponentChildren
}): JSX.Element {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd>
        <span class="tile-value">{children}</span>
        {detail !== undefined && <span class="tile-detail">{detail}</span>}
      </dd>
    </div>
  )
}
