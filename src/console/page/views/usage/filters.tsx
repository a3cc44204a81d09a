import type { JSX } from 'preact'
import type { Key } from '../../api/types.js'
import { SelectField, TextField } from '../../parts/field.js'
import { TypedFilter } from '../../parts/typed-filter.js'
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
      {range === 'custom' && <CustomRange onChange={(change) => set(change, true)} />}
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

function CustomRange({ onChange }: { readonly onChange: (change: ParamChange) => void }): JSX.Element {
  const { since, until } = useConsole().route.params
  return (
    <>
      <TextField
        label="From"
        type="datetime-local"
        value={toLocalField(since)}
        onValue={(value) => onChange({ since: fromLocalField(value) })}
      />
      <TextField
        label="Until"
        type="datetime-local"
        value={toLocalField(until)}
        onValue={(value) => onChange({ until: fromLocalField(value) })}
      />
    </>
  )
}
