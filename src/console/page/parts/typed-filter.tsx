import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { TextField } from './field.js'

const PAUSE_MS = 300

/** A filter that waits until one stops typing, so that a long list is not drawn for every letter. */
export function TypedFilter({
  label,
  value,
  placeholder = 'Any',
  suggestions,
  onValue,
}: {
  readonly label: string
  readonly value: string
  readonly placeholder?: string | undefined
  readonly suggestions?: readonly string[] | undefined
  readonly onValue: (value: string) => void
}): JSX.Element {
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  useEffect(() => {
    if (typed.trim() === value) return
    const timer = setTimeout(() => onValue(typed.trim()), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <TextField
      label={label}
      type="search"
      placeholder={placeholder}
      value={typed}
      suggestions={suggestions}
      onValue={setTyped}
    />
  )
}
