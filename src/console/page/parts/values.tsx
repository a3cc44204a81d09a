import type { ComponentChildren, JSX } from 'preact'
import { useConsole } from '../state/console-context.js'
import { CopyButton } from './copy-button.js'

/** An exact amount; what is below a cent stands back. */
export function Money({
  micro,
  isSigned = false,
}: {
  readonly micro: number
  readonly isSigned?: boolean
}): JSX.Element {
  const { main, rest, tail } = useConsole().format.moneyParts(micro)
  return (
    <span class={isSigned && micro > 0 ? 'money good-text' : 'money'}>
      {isSigned && micro > 0 ? '+' : ''}
      {main}
      {rest !== '' && <span class="below-cent">{rest}</span>}
      {tail}
    </span>
  )
}

/** A point in time, local; the whole of it in the title. */
export function Time({
  iso,
  isShort = false,
}: {
  readonly iso: string
  readonly isShort?: boolean
}): JSX.Element {
  const { format } = useConsole()
  return (
    <time dateTime={iso} title={`${format.time(iso)} · ${iso}`}>
      {isShort ? format.timeShort(iso) : format.time(iso)}
    </time>
  )
}

const TONES: Readonly<Record<string, string>> = {
  active: 'good',
  completed: 'good',
  closed: 'good',
  top_up: 'good',
  disabled: 'plain',
  suspended: 'bad',
  failed: 'bad',
  open: 'bad',
  aborted: 'warn',
  'half-open': 'warn',
  resting: 'warn',
  refund: 'warn',
  adjustment: 'warn',
  expired: 'warn',
}

/** A state in a word. */
export function Badge({
  state,
  children,
}: {
  readonly state: string
  readonly children?: ComponentChildren
}): JSX.Element {
  return <span class={`badge ${TONES[state] ?? 'plain'}`}>{children ?? state.replaceAll('_', ' ')}</span>
}

/** An id with a button that copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  return (
    <span class="copyable">
      <code>{text}</code>
      <CopyButton text={text} label={label} />
    </span>
  )
}

/** Nothing there. */
export function None({ children = '–' }: { readonly children?: ComponentChildren }): JSX.Element {
  return <span class="muted">{children}</span>
}

/** Names and values, one below the other. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[]
}): JSX.Element {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name} class="fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
