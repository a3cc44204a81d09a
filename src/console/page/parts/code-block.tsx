import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { useOverflow } from '../state/use-overflow.js'
import { CopyButton } from './copy-button.js'

/** Code to paste, with its label and a copy button. */
export function CodeBlock({ label, code }: { readonly label: string; readonly code: string }): JSX.Element {
  const block = useRef<HTMLPreElement>(null)
  const isScrolling = useOverflow(block)
  return (
    <figure class="code">
      <figcaption>
        <span>{label}</span>
        <CopyButton text={code} label={`Copy ${label}`} shown="Copy" />
      </figcaption>
      <pre ref={block} role="group" aria-label={label} tabIndex={isScrolling ? 0 : undefined}>
        <code>{code}</code>
      </pre>
    </figure>
  )
}
