import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'

const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
}

/** One of several panels; arrow keys go from tab to tab. */
export function Tabs({
  label,
  tabs,
  current,
  onChoose,
  children,
}: {
  readonly label: string
  readonly tabs: readonly (readonly [name: string, words: string])[]
  readonly current: string
  readonly onChoose: (name: string) => void
  readonly children: ComponentChildren
}): JSX.Element {
  const id = useId()
  const tabId = (name: string): string => `${id}-${name}`
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = tabs.findIndex(([name]) => name === current)
    const [name] = tabs[step(at, tabs.length)] ?? [current]
    onChoose(name)
    document.getElementById(tabId(name))?.focus()
  }
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(([name, words]) => (
          <button
            key={name}
            id={tabId(name)}
            type="button"
            class="tab"
            role="tab"
            aria-selected={name === current}
            aria-controls={`${id}-panel`}
            tabIndex={name === current ? 0 : -1}
            onClick={() => onChoose(name)}
          >
            {words}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={tabId(current)}>
        {children}
      </div>
    </>
  )
}
