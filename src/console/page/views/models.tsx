import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { Model } from '../api/types.js'
import { isPattern, priceWords, searchModels } from '../model-words.js'
import { ViewHead } from '../parts/card.js'
import { SelectField } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Empty, Loading, ProblemNote } from '../parts/states.js'
import { type Column, Table } from '../parts/table.js'
import { TypedFilter } from '../parts/typed-filter.js'
import { Copyable, None } from '../parts/values.js'
import { useConsole } from '../state/console-context.js'
import { useModels } from '../state/use-lists.js'
import { ModelDetails } from './models/details.js'
import { TryModel } from './models/try-model.js'

const MOST_SHOWN = 100

/** The catalogue: searchable, with prices; a model can be tried. */
export function ModelsView(): JSX.Element {
  const { route, setParams } = useConsole()
  const { data, problem, reload } = useModels()
  const all = data?.data ?? []
  const { q = '', vendor = '', model: opened, try: tried } = route.params
  const vendors = useMemo(() => [...new Set(all.map((model) => model.vendor))].sort(), [data])
  const matches = searchModels(all, q).filter((model) => vendor === '' || model.vendor === vendor)
  const detailed = all.find(({ id }) => id === opened)
  return (
    <>
      <ViewHead title="Models" intro="Every model works on Chat Completions, Responses and Messages." />
      <div class="filters" role="search" aria-label="Models">
        <TypedFilter
          label="Search models"
          placeholder="Name, id, capability"
          value={q}
          onValue={(value) => setParams({ q: value }, true)}
        />
        <SelectField
          label="Vendor"
          value={vendor}
          options={[['', 'All vendors'], ...vendors.map((name) => [name, name] as const)]}
          onValue={(value) => setParams({ vendor: value })}
        />
      </div>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading lines={8} label="Loading models" />}
      {data !== null && <ModelList all={all} matches={matches} />}
      {detailed !== undefined && <ModelDetails model={detailed} onClose={() => setParams({ model: null })} />}
      {tried !== undefined && data !== null && (
        <TryModel modelId={tried} models={all} onClose={() => setParams({ try: null })} />
      )}
    </>
  )
}

function ModelList({
  all,
  matches,
}: {
  readonly all: readonly Model[]
  readonly matches: readonly Model[]
}): JSX.Element {
  const { setParams } = useConsole()
  const [isWhole, setWhole] = useState(false)
  const columns = useColumns()
  if (all.length === 0) {
    return (
      <Empty icon="models" title="The catalogue is empty">
        Models are part of the gateway's configuration.
      </Empty>
    )
  }
  if (matches.length === 0) {
    return (
      <Empty icon="search" title="No model matches">
        <button type="button" class="button" onClick={() => setParams({ q: null, vendor: null })}>
          Clear the search
        </button>
      </Empty>
    )
  }
  const rows = isWhole ? matches : matches.slice(0, MOST_SHOWN)
  return (
    <>
      <p class="muted" role="status">
        {matches.length} of {all.length} models. Prices in USD per million tokens.
      </p>
      <Table caption="Models" rows={rows} keyOf={({ id }) => id} columns={columns} />
      {rows.length < matches.length && (
        <button type="button" class="button" onClick={() => setWhole(true)}>
          Show all {matches.length}
        </button>
      )}
    </>
  )
}

function useColumns(): readonly Column<Model>[] {
  const { format, canWrite, setParams } = useConsole()
  const price = (heading: string, read: Parameters<typeof priceWords>[2]): Column<Model> => ({
    heading,
    isNumber: true,
    cell: (model) => priceWords(model, format, read) ?? <None />,
  })
  return [
    {
      heading: 'Model',
      isTitle: true,
      cell: (model) => <NameCell model={model} />,
    },
    {
      heading: 'Context',
      isNumber: true,
      cell: ({ context_window_tokens: tokens }) => (tokens === null ? <None /> : format.countShort(tokens)),
    },
    price('Input', (cost) => cost.input_micro_per_1m),
    price('Output', (cost) => cost.output_micro_per_1m),
    price('Cache read', (cost) => cost.cache_read_micro_per_1m),
    {
      heading: 'Capabilities',
      cell: (model) => <CapabilitiesCell model={model} />,
    },
    ...(canWrite
      ? [
          {
            heading: 'Actions',
            isActions: true,
            cell: ({ id }: Model) =>
              isPattern(id) ? null : (
                <button
                  type="button"
                  class="button small"
                  aria-label={`Try ${id}`}
                  onClick={() => setParams({ try: id })}
                >
                  <Icon name="play" /> Try
                </button>
              ),
          },
        ]
      : []),
  ]
}

interface CellProps {
  readonly model: Model
}

function NameCell({ model: { id, display_name: name } }: CellProps): JSX.Element {
  const { setParams } = useConsole()
  return (
    <>
      <button type="button" class="link-button" onClick={() => setParams({ model: id })}>
        {name ?? id}
      </button>
      <span class="sub">
        <Copyable text={id} label={`Copy ${id}`} />
      </span>
    </>
  )
}

function CapabilitiesCell({ model: { capabilities } }: CellProps): JSX.Element {
  if (capabilities.length === 0) return <None />
  return (
    <span class="badges">
      {capabilities.map((name) => (
        <span key={name} class="badge">
          {name.replaceAll('_', ' ')}
        </span>
      ))}
    </span>
  )
}
