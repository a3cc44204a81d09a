import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { useConsole } from '../state/console-context.js'
import { Icon } from './icon.js'

/** Pages of a list by cursor: the cursor stands in the address, so a page can be shared and Back works. */
export function Pager({
  next,
  label,
  param = 'after',
}: {
  readonly next: string | null
  /** What is paged, for the name of the region. */
  readonly label: string
  readonly param?: string | undefined
}): JSX.Element | null {
  const { route, setParams } = useConsole()
  const current = route.params[param] ?? null
  const trail = useRef<(string | null)[]>([])
  if (current === null) trail.current = []
  if (current === null && next === null) return null
  const older = (): void => {
    trail.current.push(current)
    setParams({ [param]: next })
  }
  const newer = (): void => setParams({ [param]: trail.current.pop() ?? null })
  return (
    <nav class="pager" aria-label={`Pages of ${label}`}>
      {current !== null && (
        <button type="button" class="button small" onClick={() => setParams({ [param]: null })}>
          First page
        </button>
      )}
      {trail.current.length > 0 && (
        <button type="button" class="button small" onClick={newer}>
          <Icon name="previous" /> Previous
        </button>
      )}
      <button type="button" class="button small" disabled={next === null} onClick={older}>
        Next <Icon name="next" />
      </button>
    </nav>
  )
}
