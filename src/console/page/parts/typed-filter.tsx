import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
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
  const told = useRef(value)
  useEffect(() => {
    // What this field has told itself is no news: one may have typed on, or a space.
    if (value === told.current) return
    told.current = value
    setTyped(value)
  }, [value])
  useEffect(() => {
    if (typed.trim() === value) return
    const timer = setTimeout(() => {
      told.current = typed.trim()
      onValue(told.current)
    }, PAUSE_MS)
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
