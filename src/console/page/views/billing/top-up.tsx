import type { JSX } from 'preact'
import { useId, useMemo, useState } from 'preact/hooks'
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
  const groupName = useId()
  const presets = presetAmounts(terms.minimum_micro)
  const [preset, setPreset] = useState<number | null>(presets[1] ?? null)
  const [typed, setTyped] = useState('')
  const separators = useMemo(() => separatorsOf(format.locales), [format])
  const { isBusy, problem, submit } = useSubmit()
  const amount = preset ?? parseMoney(typed, separators)
  const minimum = `At least ${format.money(terms.minimum_micro)}.`
  const isTooSmall = amount !== null && amount < terms.minimum_micro
  const error = preset === null && typed !== '' && (amount === null || isTooSmall) ? minimum : null
  const pay = (): void => {
    if (amount === null || isTooSmall) return
    submit(async () => {
      const back = location.origin + location.pathname + formatHash(toView(route, 'billing'))
      const body = { amount_micro: amount, return_url: back }
      const { url } = await client.send<Checkout>('POST', pathOf('accounts', accountId, 'checkouts'), body)
      location.assign(url)
    })
  }
  return (
    <Card title="Top up" intro={`Paid through ${terms.name}${methodWords(terms.methods)}. ${minimum}`}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          pay()
        }}
      >
        <fieldset class="group">
          <legend>Amount</legend>
          <div class="choices">
            {presets.map((micro) => (
              <label key={micro} class="choice">
                <input
                  type="radio"
                  name={groupName}
                  checked={preset === micro}
                  onChange={() => setPreset(micro)}
                />
                {format.money(micro)}
              </label>
            ))}
            <label class="choice">
              <input
                type="radio"
                name={groupName}
                checked={preset === null}
                onChange={() => setPreset(null)}
              />
              Other amount
            </label>
          </div>
        </fieldset>
        {preset === null && (
          <TextField
            label="Amount in USD"
            unit="USD"
            inputMode="decimal"
            value={typed}
            error={error}
            onValue={setTyped}
          />
        )}
        <div>
          <button type="submit" class="button primary" disabled={isBusy || amount === null || isTooSmall}>
            {isBusy ? 'Opening the checkout…' : 'Continue to payment'}
          </button>
        </div>
        {problem !== null && <ProblemNote problem={problem} />}
      </form>
    </Card>
  )
}

function methodWords(methods: readonly string[]): string {
  return methods.length === 0 ? '' : ` (${methods.map((method) => method.replaceAll('_', ' ')).join(', ')})`
}
