import type { ComponentChildren, JSX } from 'preact'
import { useSubmit } from '../state/use-resource.js'
import { Dialog } from './dialog.js'
import { ProblemNote } from './states.js'

/** Asks before something that cannot be undone, or that stops others. */
export function Confirm({
  title,
  action,
  children,
  onConfirm,
  onClose,
}: {
  readonly title: string
  /** The word on the button. */
  readonly action: string
  readonly children: ComponentChildren
  /** Resolves when it is done; the window then closes. */
  readonly onConfirm: () => Promise<unknown>
  readonly onClose: () => void
}): JSX.Element {
  const { isBusy, problem, submit } = useSubmit()
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            class="button danger"
            disabled={isBusy}
            onClick={() => submit(() => onConfirm().then(onClose))}
          >
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
