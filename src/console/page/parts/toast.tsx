import type { JSX } from 'preact'
import { useCallback, useRef, useState } from 'preact/hooks'
import type { Tone } from '../state/console-context.js'
import { Icon } from './icon.js'

const SHOWN_MS = 6000

interface Toast {
  readonly id: number
  readonly message: string
  readonly tone: Tone
}

/** Short messages: what shows them, and how to send one. */
export function useToasts(): {
  readonly toasts: readonly Toast[]
  readonly notify: (message: string, tone?: Tone) => void
  readonly dismiss: (id: number) => void
} {
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const lastId = useRef(0)
  const dismiss = useCallback(
    (id: number) => setToasts((before) => before.filter((toast) => toast.id !== id)),
    [],
  )
  const notify = useCallback(
    (message: string, tone: Tone = 'good') => {
      lastId.current += 1
      const id = lastId.current
      setToasts((before) => [...before.slice(-2), { id, message, tone }])
      setTimeout(() => dismiss(id), SHOWN_MS)
    },
    [dismiss],
  )
  return { toasts, notify, dismiss }
}

/** Where messages appear; always there, so that each one is read aloud. */
export function Toasts({
  toasts,
  dismiss,
}: {
  readonly toasts: readonly Toast[]
  readonly dismiss: (id: number) => void
}): JSX.Element {
  return (
    <div class="toasts" role="status" aria-label="Notifications">
      {toasts.map(({ id, message, tone }) => (
        <div key={id} class={`toast ${tone}`}>
          <Icon name={tone === 'good' ? 'check' : tone === 'bad' ? 'warning' : 'info'} />
          <span>{message}</span>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}
