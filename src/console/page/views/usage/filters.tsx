import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Key } from '../../api/types.js'
import { SelectField, TextField } from '../../parts/field.js'
import { RANGES } from '../../periods.js'
import type { ParamChange } from '../../router.js'
import { useConsole } from '../../state/console-context.js'
import { useModels } from '../../state/use-lists.js'
import { fromLocalField, toLocalField, USAGE_FILTERS } from '../../usage-query.js'

const STATES = [
  ['', 'Any status'],
  ['completed', 'Completed'],
  ['failed', 'Failed'],
  ['aborted', 'Aborted'],
] as const
const SPANS: readonly (readonly [string, string])[] = [
  ['', 'Any time'],
  ...Object.entries(RANGES).map(([name, { words }]) => [name, words] as const),
  ['custom', 'From … to'],
]
const PAUSE_MS = 400

/** Filters stand in the address: they can be shared, and Back undoes them. A new filter begins at the first page. */
export function UsageFilters({ keys }: { readonly keys: readonly Key[] }): JSX.Element {
  const { route, setParams } = useConsole()
  const { params } = route
  const models = useModels()
  const modelIds = (models.data?.data ?? []).map(({ id }) => id)
  const set = (change: ParamChange, replace = false): void => setParams({ ...change, after: null }, replace)
  const { key = '', status = '', range = '' } = params
  const isKnownKey = key === '' || keys.some(({ id }) => id === key)
  const isFiltered = USAGE_FILTERS.some((name) => params[name] !== undefined)
  return (
    <div class="filters" role="search" aria-label="Requests">
      <SelectField
        label="Key"
        value={key}
        options={[
          ['', 'Any key'],
          ...keys.map((one) => [one.id, one.name ?? one.hint] as const),
          ...(isKnownKey ? [] : [[key, key] as const]),
        ]}
        onValue={(value) => set({ key: value })}
      />
      <TypedFilter
        label="Model"
        value={params['model'] ?? ''}
        suggestions={modelIds}
        onValue={(model) => set({ model }, true)}
      />
      <SelectField
        label="Status"
        value={status}
        options={STATES}
        onValue={(value) => set({ status: value })}
      />
      <TypedFilter
        label="End user"
        value={params['end_user'] ?? ''}
        onValue={(value) => set({ end_user: value }, true)}
      />
      <SelectField
        label="Time"
        value={range}
        options={SPANS}
        onValue={(value) => set({ range: value, since: null, until: null })}
      />
      {range === 'custom' && (
        <>
          <TextField
            label="From"
            type="datetime-local"
            value={toLocalField(params['since'])}
            onValue={(value) => set({ since: fromLocalField(value) }, true)}
          />
          <TextField
            label="Until"
            type="datetime-local"
            value={toLocalField(params['until'])}
            onValue={(value) => set({ until: fromLocalField(value) }, true)}
          />
        </>
      )}
      {isFiltered && (
        <button
          type="button"
          class="button"
          onClick={() => set(Object.fromEntries(USAGE_FILTERS.map((name) => [name, null])))}
        >
          Clear filters
        </button>
      )}
    </div>
  )
}

/** Waits until one stops typing. */
function TypedFilter({
  label,
  value,
  suggestions,
  onValue,
}: {
  readonly label: string
  readonly value: string
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
      placeholder="Any"
      value={typed}
      suggestions={suggestions}
      onValue={setTyped}
    />
  )
}
