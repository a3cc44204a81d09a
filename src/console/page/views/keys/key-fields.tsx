import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type KeyFormErrors, type KeyFormValues, showCeilings } from '../../key-form.js'
import { separatorsOf } from '../../money.js'
import { TextField } from '../../parts/field.js'
import { Icon } from '../../parts/icon.js'
import { useConsole } from '../../state/console-context.js'
import { useModels } from '../../state/use-lists.js'

type Change = (change: Partial<KeyFormValues>) => void

interface FieldsProps {
  readonly values: KeyFormValues
  readonly errors: KeyFormErrors
  readonly onChange: Change
}

/** What can be set of a key. */
export function KeyFields({ values, errors, onChange }: FieldsProps): JSX.Element {
  return (
    <>
      <TextField
        label="Name"
        hint="For you: where the key is used."
        value={values.name}
        maxLength={256}
        onValue={(name) => onChange({ name })}
      />
      <fieldset class="group">
        <legend>Rate limits</legend>
        <div class="pair">
          <WholeField label="Requests per minute" field="rpm" {...{ values, errors, onChange }} />
          <WholeField label="Tokens per minute" field="tpm" {...{ values, errors, onChange }} />
          <WholeField label="Calls at once" field="concurrency" {...{ values, errors, onChange }} />
        </div>
        <p class="field-hint">Empty means no limit, where no highest one is named.</p>
      </fieldset>
      <fieldset class="group">
        <legend>Spend limits of the key</legend>
        <div class="pair">
          <MoneyField label="Per day" field="dayLimit" {...{ values, errors, onChange }} />
          <MoneyField label="Per week" field="weekLimit" {...{ values, errors, onChange }} />
          <MoneyField label="Per month" field="monthLimit" {...{ values, errors, onChange }} />
        </div>
        <p class="field-hint">UTC days, weeks from Monday, months. Empty means no limit but the balance.</p>
      </fieldset>
      <MoreFields values={values} errors={errors} onChange={onChange} />
    </>
  )
}

function MoreFields({ values, errors, onChange }: FieldsProps): JSX.Element {
  return (
    <details class="more">
      <summary>Models, end users, expiry</summary>
      <div class="stack">
        <AllowedModels
          models={values.allowedModels}
          error={errors.allowedModels}
          onModels={(allowedModels) => onChange({ allowedModels })}
        />
        <fieldset class="group">
          <legend>Spend limits of each end user</legend>
          <div class="pair">
            <MoneyField
              label="Daily for an end user"
              field="endUserDayLimit"
              {...{ values, errors, onChange }}
            />
            <MoneyField
              label="Weekly for an end user"
              field="endUserWeekLimit"
              {...{ values, errors, onChange }}
            />
            <MoneyField
              label="Monthly for an end user"
              field="endUserMonthLimit"
              {...{ values, errors, onChange }}
            />
          </div>
        </fieldset>
        <TextField
          label="Last day"
          type="date"
          hint="The key works until the end of this UTC day. Empty means it does not expire."
          value={values.expiresOn}
          onValue={(expiresOn) => onChange({ expiresOn })}
        />
      </div>
    </details>
  )
}

function modelHint(models: readonly string[], within: readonly string[] | null): string | undefined {
  if (within !== null) return `Your account may use ${within.join(', ')}.`
  return models.length === 0 ? 'None named: the key may use all models.' : undefined
}

type TextKeys = Exclude<keyof KeyFormValues, 'allowedModels'>

type LimitProps = FieldsProps & { readonly label: string; readonly field: TextKeys }

function WholeField(props: LimitProps): JSX.Element {
  return <LimitField inputMode="numeric" {...props} />
}

function MoneyField(props: LimitProps): JSX.Element {
  return <LimitField inputMode="decimal" unit="USD" {...props} />
}

function LimitField({
  field,
  values,
  errors,
  onChange,
  ...kind
}: LimitProps & { readonly inputMode: 'numeric' | 'decimal'; readonly unit?: string }): JSX.Element {
  const { session, format } = useConsole()
  const ceilings: Readonly<Record<string, string>> = showCeilings(
    session.limits,
    separatorsOf(format.locales),
  )
  const most = ceilings[field]
  return (
    <TextField
      {...kind}
      placeholder={most === undefined ? 'No limit' : `At most ${most}`}
      hint={most === undefined ? undefined : `At most ${most}.`}
      value={values[field]}
      error={errors[field]}
      onValue={(value) => onChange({ [field]: value })}
    />
  )
}

function AllowedModels({
  models,
  error,
  onModels,
}: {
  readonly models: readonly string[]
  readonly error: string | undefined
  readonly onModels: (models: readonly string[]) => void
}): JSX.Element {
  const [typed, setTyped] = useState('')
  const catalogue = useModels()
  const within = useConsole().session.limits?.allowed_models ?? null
  const suggestions = (catalogue.data?.data ?? []).map(({ id }) => id).filter((id) => !models.includes(id))
  const add = (): void => {
    const id = typed.trim()
    if (id === '') return
    if (!models.includes(id)) onModels([...models, id])
    setTyped('')
  }
  return (
    <fieldset class="group">
      <legend>Allowed models</legend>
      {models.length > 0 && (
        <ul class="chips" aria-label="Allowed models">
          {models.map((id) => (
            <li key={id} class="chip">
              <code>{id}</code>
              <button
                type="button"
                class="icon-button"
                aria-label={`Remove ${id}`}
                onClick={() => onModels(models.filter((other) => other !== id))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div
        class="inline-form"
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          add()
        }}
      >
        <TextField
          label="Model id or vendor/*"
          hint={modelHint(models, within)}
          error={error}
          isMono
          value={typed}
          suggestions={suggestions}
          onValue={setTyped}
        />
        <button type="button" class="button" onClick={add}>
          Add model
        </button>
      </div>
    </fieldset>
  )
}
