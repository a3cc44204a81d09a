import type { ComponentChildren, JSX } from 'preact'
import { useSubmit } from '../state/use-resource.js'
import { Dialog, focusHeading } from './dialog.js'
import { ProblemNote } from './states.js'

/** Asks before something that cannot be undone, or that stops others. */
export function Confirm({
  title,
  action,
  isRemoving = false,
  children,
  onConfirm,
  onClose,
}: {
  readonly title: string
  /** The word on the button. */
  readonly action: string
  /** What was asked about, and the control for it with it, is then gone: the focus goes to the heading. */
  readonly isRemoving?: boolean | undefined
  readonly children: ComponentChildren
  /** Resolves when it is done; the window then closes. */
  readonly onConfirm: () => Promise<unknown>
  readonly onClose: () => void
}): JSX.Element {
  const { isBusy, problem, submit } = useSubmit()
  const confirm = async (): Promise<void> => {
    await onConfirm()
    onClose()
    if (isRemoving) setTimeout(focusHeading)
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" class="button danger" disabled={isBusy} onClick={() => submit(confirm)}>
            {action}
          </button>
        </>
      }
    >
      {children}
      {problem !== null && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
