import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { pathOf } from '../../api/client.js'
import type { Checkout, PaymentTerms } from '../../api/types.js'
import { parseMoney, separatorsOf } from '../../money.js'
import { Card } from '../../parts/card.js'
import { TextField } from '../../parts/field.js'
import { ProblemNote } from '../../parts/states.js'
import { formatHash, toView } from '../../router.js'
import { useConsole } from '../../state/console-context.js'
import { useSubmit } from '../../state/use-resource.js'
import { presetAmounts } from '../../top-up-amounts.js'

/** Chooses an amount and leaves for the provider's page. */
export function TopUp({
  accountId,
  terms,
}: {
  readonly accountId: string
  readonly terms: PaymentTerms
}): JSX.Element {
  const { client, format, route } = useConsole()
  const presets = presetAmounts(terms.minimum_micro)
  const [preset, setPreset] = useState<number | null>(presets[1] ?? null)
  const [typed, setTyped] = useState('')
  const { isBusy, problem, submit } = useSubmit()
  const amount = preset ?? parseMoney(typed, separatorsOf(format.locales))
  const minimum = `At least ${format.money(terms.minimum_micro)}.`
  const isRight = amount !== null && amount >= terms.minimum_micro
  const pay = (): void => {
    if (!isRight) return
    submit(async () => {
      const back = location.origin + location.pathname + formatHash(toView(route, 'billing'))
      const body = { amount_micro: amount, return_url: back }
      const { url } = await client.send<Checkout>('POST', pathOf('accounts', accountId, 'checkouts'), body)
      location.assign(url)
    })
  }
  return (
    <Card
      title="Top up"
      intro={`Paid through ${capitalize(terms.name)}${methodWords(terms.methods)}. ${minimum}`}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          pay()
        }}
      >
        <AmountChoice presets={presets} preset={preset} onPreset={setPreset} />
        {preset === null && (
          <TextField
            label="Amount in USD"
            unit="USD"
            inputMode="decimal"
            value={typed}
            error={typed === '' || isRight ? null : minimum}
            onValue={setTyped}
          />
        )}
        <div>
          <button type="submit" class="button primary" disabled={isBusy || !isRight}>
            {isBusy ? 'Opening the checkout…' : 'Continue to payment'}
          </button>
        </div>
        {problem !== null && <ProblemNote problem={problem} />}
      </form>
    </Card>
  )
}

/** Null is an amount of one's own. */
function AmountChoice({
  presets,
  preset,
  onPreset,
}: {
  readonly presets: readonly number[]
  readonly preset: number | null
  readonly onPreset: (preset: number | null) => void
}): JSX.Element {
  const { format } = useConsole()
  const groupName = useId()
  return (
    <fieldset class="group">
      <legend>Amount</legend>
      <div class="choices">
        {[...presets, null].map((micro) => (
          <label key={micro} class="choice">
            <input
              type="radio"
              name={groupName}
              checked={preset === micro}
              onChange={() => onPreset(micro)}
            />
            {micro === null ? 'Other amount' : format.money(micro)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function methodWords(methods: readonly string[]): string {
  return methods.length === 0 ? '' : ` (${methods.map(capitalize).join(', ')})`
}

function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ')
}
