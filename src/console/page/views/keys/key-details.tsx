import type { JSX } from 'preact'
import { useId, useMemo, useState } from 'preact/hooks'
import { pathOf } from '../../api/client.js'
import type { Key, Spent } from '../../api/types.js'
import { changedFields, type KeyFormErrors, keyToForm, readKeyForm } from '../../key-form.js'
import { separatorsOf } from '../../money.js'
import { Dialog } from '../../parts/dialog.js'
import { Loading, ProblemNote } from '../../parts/states.js'
import { Badge, Copyable, Facts, Money, Time } from '../../parts/values.js'
import { formatHash, toView } from '../../router.js'
import { useConsole } from '../../state/console-context.js'
import { useResource, useSubmit } from '../../state/use-resource.js'
import { KeyFields } from './key-fields.js'
import { LimitWords, SPEND_WINDOWS } from './limit-words.js'

/** One key: what it has spent, and its limits to change. */
export function KeyDetails({
  keyId,
  onChanged,
  onClose,
}: {
  readonly keyId: string
  readonly onChanged: () => void
  readonly onClose: () => void
}): JSX.Element {
  const { client, canWrite, route } = useConsole()
  const formId = useId()
  const key = useResource((signal) => client.get<Key>(pathOf('keys', keyId), {}, signal), [keyId])
  const spent = useResource(
    (signal) => client.get<Spent>(pathOf('keys', keyId, 'spent'), {}, signal),
    [keyId],
  )
  const { data } = key
  return (
    <Dialog
      title={data === null ? 'Key' : (data.name ?? data.hint)}
      isHeld
      onClose={onClose}
      footer={
        <>
          <a class="button" href={formatHash(toView(route, 'usage', { key: keyId }))}>
            Requests
          </a>
          {canWrite && (
            <button type="submit" class="button primary" form={formId} disabled={data === null}>
              Save changes
            </button>
          )}
        </>
      }
    >
      {key.problem !== null && <ProblemNote problem={key.problem} onRetry={key.reload} />}
      {data === null && key.problem === null && <Loading />}
      {data !== null && (
        <>
          <KeyFacts keyRecord={data} />
          {spent.data !== null && <SpentSection spent={spent.data} keyRecord={data} />}
          {canWrite && (
            <EditForm
              formId={formId}
              keyRecord={data}
              onSaved={() => {
                onChanged()
                onClose()
              }}
            />
          )}
        </>
      )}
    </Dialog>
  )
}

function KeyFacts({ keyRecord }: { readonly keyRecord: Key }): JSX.Element {
  const { canWrite } = useConsole()
  return (
    <Facts
      facts={[
        ['Status', <Badge key="status" state={keyRecord.status} />],
        ['Begins with', <code key="hint">{keyRecord.hint}</code>],
        ['Key id', <Copyable key="id" text={keyRecord.id} label="Copy key id" />],
        ['Account', keyRecord.account_id],
        ['Created', <Time key="time" iso={keyRecord.created_at} />],
        ...(canWrite ? [] : [['Limits', <LimitWords key="limits" keyRecord={keyRecord} />] as const]),
      ]}
    />
  )
}

function SpentSection({ spent, keyRecord }: { readonly spent: Spent; readonly keyRecord: Key }): JSX.Element {
  const { format } = useConsole()
  return (
    <section class="stack" aria-label="Spent with this key">
      <h3>Spent</h3>
      <div class="pair">
        {SPEND_WINDOWS.map(([field, words]) => {
          const limit = keyRecord.spend_limits?.[field] ?? null
          return (
            <div key={field}>
              <span class="muted">{words === 'day' ? 'Today' : `This ${words}`}</span>
              <div>
                <Money micro={spent[field]} />
                {limit !== null && <span class="muted"> of {format.money(limit)}</span>}
              </div>
              {limit !== null && <Meter share={limit === 0 ? 1 : spent[field] / limit} />}
            </div>
          )
        })}
      </div>
    </section>
  )
}

/** A picture of what the words beside it say. */
function Meter({ share }: { readonly share: number }): JSX.Element {
  const percent = Math.min(100, Math.max(0, share * 100))
  return (
    <svg class={percent >= 100 ? 'meter full' : 'meter'} aria-hidden="true" focusable="false">
      <rect width={`${percent}%`} height="100%" />
    </svg>
  )
}

function EditForm({
  formId,
  keyRecord,
  onSaved,
}: {
  readonly formId: string
  readonly keyRecord: Key
  readonly onSaved: () => void
}): JSX.Element {
  const { client, format, notify, session } = useConsole()
  const separators = useMemo(() => separatorsOf(format.locales), [format])
  const before = useMemo(() => keyToForm(keyRecord, separators), [keyRecord, separators])
  const [values, setValues] = useState(before)
  const [errors, setErrors] = useState<KeyFormErrors>({})
  const { problem, submit } = useSubmit()
  const save = (): void => {
    const reading = readKeyForm(values, separators, { limits: session.limits, before })
    setErrors(reading.errors ?? {})
    if (reading.input === null) return
    const change = changedFields(keyRecord, reading.input)
    submit(async () => {
      if (Object.keys(change).length > 0) await client.send('PATCH', pathOf('keys', keyRecord.id), change)
      notify('The key is saved.')
      onSaved()
    })
  }
  return (
    <form
      id={formId}
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <KeyFields
        values={values}
        errors={errors}
        onChange={(change) => setValues((typed) => ({ ...typed, ...change }))}
      />
      {problem !== null && <ProblemNote problem={problem} />}
    </form>
  )
}
