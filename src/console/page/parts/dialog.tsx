import type { ComponentChildren, JSX } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.js'

/** Where focus goes when what had it is gone. */
export function focusHeading(): void {
  const heading = document.querySelector('main h1')
  if (heading instanceof HTMLElement) heading.focus()
}

/** What one came to fill in; without it the browser takes the first control. */
const FIRST_FIELD = {
  normal: '.dialog-body :is(input, select, textarea)',
  wide: '.dialog-body :is(input, select, textarea)',
  side: 'textarea',
  menu: 'a[aria-current]',
} as const

/** A modal window; shown while it is rendered, focus goes back where it came from. */
export function Dialog({
  title,
  size = 'normal',
  isHeld = false,
  onClose,
  children,
  footer,
}: {
  readonly title: string
  readonly size?: keyof typeof FIRST_FIELD
  /** A press beside the window does not close it: something in it would be lost. */
  readonly isHeld?: boolean | undefined
  readonly onClose: () => void
  readonly children: ComponentChildren
  readonly footer?: ComponentChildren
}): JSX.Element {
  const element = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useLayoutEffect(() => {
    const dialog = element.current
    const opener = document.activeElement
    dialog?.showModal()
    const first = dialog?.querySelector(FIRST_FIELD[size])
    if (first instanceof HTMLElement) first.focus()
    return () => {
      dialog?.close()
      if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body) opener.focus()
      else focusHeading()
    }
  }, [])
  const cancel = (event: Event): void => {
    if (event.target !== element.current) return
    event.preventDefault()
    onClose()
  }
  return (
    <dialog
      ref={element}
      class={`dialog ${size}`}
      aria-labelledby={titleId}
      onCancel={cancel}
      onMouseDown={(event) => {
        if (event.target === element.current && !isHeld) onClose()
      }}
    >
      <div class="dialog-sheet">
        <div class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        <div class="dialog-body">{children}</div>
        {footer !== undefined && <div class="dialog-foot">{footer}</div>}
      </div>
    </dialog>
  )
}
