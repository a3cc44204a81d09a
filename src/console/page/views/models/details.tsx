import type { JSX } from 'preact'
import type { Model, Rates } from '../../api/types.js'
import { isPattern, priceWords } from '../../model-words.js'
import { Dialog } from '../../parts/dialog.js'
import { Icon } from '../../parts/icon.js'
import { Table } from '../../parts/table.js'
import { Copyable, Facts, None } from '../../parts/values.js'
import { formatHash, toView } from '../../router.js'
import { useConsole } from '../../state/console-context.js'

const KINDS: readonly (readonly [string, (price: Rates) => number | undefined])[] = [
  ['Input', (price) => price.input_micro_per_1m],
  ['Output', (price) => price.output_micro_per_1m],
  ['Cache read', (price) => price.cache_read_micro_per_1m],
  ['Cache write', (price) => price.cache_write_micro_per_1m],
  ['Long cache write', (price) => price.cache_write_long_micro_per_1m],
]

/** All that is known of one model. */
export function ModelDetails({
  model,
  onClose,
}: {
  readonly model: Model
  readonly onClose: () => void
}): JSX.Element {
  const { format, route, canWrite, setParams } = useConsole()
  const tokens = (count: number | null): JSX.Element =>
    count === null ? <None>unknown</None> : <>{format.count(count)} tokens</>
  const prices = KINDS.flatMap(([name, read]) => {
    const words = priceWords(model, format, read)
    return words === null
      ? []
      : [[`${name} price`, `${words}${words === 'Free' ? '' : ' per 1M tokens'}`] as const]
  })
  return (
    <Dialog
      title={model.display_name ?? model.id}
      size="wide"
      onClose={onClose}
      footer={
        <>
          <a class="button" href={formatHash(toView(route, 'integrations', { model: model.id }))}>
            Snippets
          </a>
          {canWrite && !isPattern(model.id) && (
            <button
              type="button"
              class="button primary"
              onClick={() => setParams({ model: null, try: model.id })}
            >
              <Icon name="play" /> Try it
            </button>
          )}
        </>
      }
    >
      <Facts
        facts={[
          ['Id', <Copyable key="id" text={model.id} label={`Copy ${model.id}`} />],
          ['Vendor', model.vendor],
          ['Context window', tokens(model.context_window_tokens)],
          ['Longest answer', tokens(model.max_output_tokens)],
          ...(model.price === null ? [['Price', 'Unknown, so it cannot be sold'] as const] : prices),
          ['Capabilities', model.capabilities.length === 0 ? <None /> : model.capabilities.join(', ')],
          ['Aliases', model.aliases.length === 0 ? <None /> : model.aliases.join(', ')],
        ]}
      />
      <Tiers model={model} />
    </Dialog>
  )
}

/** Prices of long inputs. */
function Tiers({ model: { price } }: { readonly model: Model }): JSX.Element | null {
  const { format } = useConsole()
  if (price === null || price === 'free' || price.tiers === undefined || price.tiers.length === 0) return null
  return (
    <Table
      caption="Prices of long inputs, per 1M tokens"
      rows={price.tiers}
      keyOf={(tier) => tier.above_input_tokens}
      columns={[
        {
          heading: 'Input above',
          isTitle: true,
          cell: (tier) => `${format.count(tier.above_input_tokens)} tokens`,
        },
        ...KINDS.slice(0, 4).map(([heading, read]) => ({
          heading,
          isNumber: true,
          cell: (tier: Rates) => {
            const micro = read(tier)
            return micro === undefined ? <None /> : format.money(micro)
          },
        })),
      ]}
    />
  )
}
