import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { copyText } from './copy-text.js'
import { Icon } from './icon.js'

const SHOWN_MS = 2000
const SAID = { idle: '', copied: 'Copied', failed: 'Copy failed: select the text instead' } as const

/** Copies a text, and says that it did. */
export function CopyButton({
  text,
  label,
  shown,
}: {
  readonly text: string
  /** What is copied, for those who do not see what stands beside it. */
  readonly label: string
  /** Words on the button; without, an icon alone. */
  readonly shown?: string | undefined
}): JSX.Element {
  const [state, setState] = useState<keyof typeof SAID>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [state])
  const copy = (event: MouseEvent): void => {
    const { currentTarget } = event
    if (!(currentTarget instanceof HTMLElement)) return
    void copyText(text, currentTarget).then((isCopied) => setState(isCopied ? 'copied' : 'failed'))
  }
  return (
    <span class="copy">
      <button
        type="button"
        class={shown === undefined ? 'icon-button' : 'button small'}
        aria-label={shown === undefined ? label : undefined}
        title={label}
        onClick={copy}
      >
        <Icon name={state === 'copied' ? 'check' : state === 'failed' ? 'warning' : 'copy'} />
        {shown !== undefined && (state === 'copied' ? 'Copied' : shown)}
      </button>
      <span class="visually-hidden" role="status">
        {SAID[state]}
      </span>
    </span>
  )
}
