import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { pathOf } from '../../api/client.js'
import type { CreatedKey, KeySettings, NewKey } from '../../api/types.js'
import { type KeyFormErrors, newKeyForm, readKeyForm } from '../../key-form.js'
import { separatorsOf } from '../../money.js'
import { CopyButton } from '../../parts/copy-button.js'
import { Dialog } from '../../parts/dialog.js'
import { FormDialog } from '../../parts/form-dialog.js'
import { NeedsAccount } from '../../parts/needs-account.js'
import { Note } from '../../parts/states.js'
import { formatHash, toView } from '../../router.js'
import { useConsole } from '../../state/console-context.js'
import { useSubmit } from '../../state/use-resource.js'
import { KeyFields } from './key-fields.js'

/** Makes a key and shows its secret, this one time. */
export function CreateKey({
  onCreated,
  onClose,
}: {
  readonly onCreated: () => void
  readonly onClose: () => void
}): JSX.Element {
  const { accountId } = useConsole()
  const [created, setCreated] = useState<CreatedKey | null>(null)
  if (accountId === null) {
    return (
      <Dialog title="Create key" onClose={onClose}>
        <NeedsAccount what="A key belongs to an account.">{() => null}</NeedsAccount>
      </Dialog>
    )
  }
  if (created !== null) return <SecretDialog created={created} onClose={onClose} />
  return (
    <CreateForm
      accountId={accountId}
      onClose={onClose}
      onCreated={(key) => {
        setCreated(key)
        onCreated()
      }}
    />
  )
}

function CreateForm({
  accountId,
  onCreated,
  onClose,
}: {
  readonly accountId: string
  readonly onCreated: (key: CreatedKey) => void
  readonly onClose: () => void
}): JSX.Element {
  const { client, format, rememberKey, session } = useConsole()
  const separators = useMemo(() => separatorsOf(format.locales), [format])
  const [values, setValues] = useState(() => newKeyForm(session.limits, separators))
  const [errors, setErrors] = useState<KeyFormErrors>({})
  const step = useSubmit()
  const create = (): void => {
    const reading = readKeyForm(values, separators, { limits: session.limits, before: null })
    setErrors(reading.errors ?? {})
    if (reading.input === null) return
    const body = toNewKey(reading.input)
    step.submit(async () => {
      const key = await client.send<CreatedKey>('POST', pathOf('accounts', accountId, 'keys'), body)
      rememberKey(key)
      onCreated(key)
    })
  }
  return (
    <FormDialog
      title="Create key"
      action={step.isBusy ? 'Creating…' : 'Create key'}
      step={step}
      onSubmit={create}
      onClose={onClose}
    >
      <KeyFields
        values={values}
        errors={errors}
        onChange={(change) => setValues((before) => ({ ...before, ...change }))}
      />
    </FormDialog>
  )
}

/** Null means no limit where there would be one otherwise, and is left out elsewhere. */
function toNewKey({ name, rpm, tpm, ...rest }: KeySettings): NewKey {
  const set = Object.entries(rest).filter(([, value]) => value !== null)
  return { ...(name === null ? {} : { name }), rpm, tpm, ...Object.fromEntries(set) }
}

function SecretDialog({
  created,
  onClose,
}: {
  readonly created: CreatedKey
  readonly onClose: () => void
}): JSX.Element {
  const { route } = useConsole()
  return (
    <Dialog
      title="Your new key"
      isHeld
      onClose={onClose}
      footer={
        <>
          <a class="button" href={formatHash(toView(route, 'integrations'))}>
            Snippets with this key
          </a>
          <button type="button" class="button primary" onClick={onClose}>
            Done
          </button>
        </>
      }
    >
      <Note tone="warn">Copy it now: it is shown this once and cannot be shown again.</Note>
      <div class="secret">
        <code aria-label="Secret of the key">{created.secret}</code>
        <CopyButton text={created.secret} label="Copy key" shown="Copy" />
      </div>
      {created.name !== null && <p class="muted">Name: {created.name}</p>}
    </Dialog>
  )
}
