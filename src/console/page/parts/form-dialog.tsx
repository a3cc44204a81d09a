import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'
import type { Submit } from '../state/use-resource.js'
import { Dialog } from './dialog.js'
import { ProblemNote } from './states.js'

/** A modal window with a form: what was typed is not lost by a press beside it, and what went wrong stands below it. */
export function FormDialog({
  title,
  action,
  step: { isBusy, problem },
  onSubmit,
  onClose,
  children,
}: {
  readonly title: string
  /** The words on the button. */
  readonly action: string
  /** What submitting starts. */
  readonly step: Pick<Submit, 'isBusy' | 'problem'>
  readonly onSubmit: () => void
  readonly onClose: () => void
  readonly children: ComponentChildren
}): JSX.Element {
  const formId = useId()
  return (
    <Dialog
      title={title}
      isHeld
      onClose={onClose}
      footer={
        <>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" form={formId} disabled={isBusy}>
            {action}
          </button>
        </>
      }
    >
      <form
        id={formId}
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit()
        }}
      >
        {children}
        {problem !== null && <ProblemNote problem={problem} />}
      </form>
    </Dialog>
  )
}
