import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { pathOf } from '../api/client.js'
import type { Account, Key } from '../api/types.js'
import { Card, ViewHead } from '../parts/card.js'
import { Confirm } from '../parts/confirm.js'
import { TextField } from '../parts/field.js'
import { NeedsAccount } from '../parts/needs-account.js'
import { Empty, Loading, ProblemNote } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Badge, Copyable, Facts, Time } from '../parts/values.js'
import { formatHash, toView } from '../router.js'
import { useConsole } from '../state/console-context.js'
import { useKeys } from '../state/use-lists.js'
import { useSubmit } from '../state/use-resource.js'
import { LimitWords } from './keys/limit-words.js'
import { Aliases } from './settings/aliases.js'

/** The account itself: its name, its aliases, the limits of its keys. */
export function SettingsView(): JSX.Element {
  return (
    <>
      <ViewHead title="Settings" />
      <NeedsAccount what="Settings belong to an account.">{() => <AccountSettings />}</NeedsAccount>
    </>
  )
}

function AccountSettings(): JSX.Element {
  const { account } = useConsole()
  const { data, problem, reload } = account
  if (data === null)
    return problem === null ? <Loading /> : <ProblemNote problem={problem} onRetry={reload} />
  return (
    <>
      <General account={data} onChanged={reload} />
      <Aliases account={data} onChanged={reload} />
      <Limits />
    </>
  )
}

function General({
  account,
  onChanged,
}: {
  readonly account: Account
  readonly onChanged: () => void
}): JSX.Element {
  const { client, canWrite, isOperator, notify } = useConsole()
  const [name, setName] = useState(account.name ?? '')
  const { isBusy, problem, submit } = useSubmit()
  const save = (): void =>
    submit(async () => {
      const typed = name.trim()
      await client.send('PATCH', pathOf('accounts', account.id), { name: typed === '' ? null : typed })
      notify('The name is saved.')
      onChanged()
    })
  return (
    <Card
      title="Account"
      actions={isOperator && <StatusButton key={account.status} account={account} onChanged={onChanged} />}
    >
      <Facts
        facts={[
          ['Account id', <Copyable key="id" text={account.id} label="Copy account id" />],
          ['Status', <Badge key="status" state={account.status} />],
          ['Created', <Time key="created" iso={account.created_at} />],
          ...(canWrite ? [] : [['Name', account.name ?? '–'] as const]),
        ]}
      />
      {canWrite && (
        <form
          class="inline-form"
          onSubmit={(event) => {
            event.preventDefault()
            save()
          }}
        >
          <TextField label="Name" value={name} maxLength={256} onValue={setName} />
          <button type="submit" class="button" disabled={isBusy || name.trim() === (account.name ?? '')}>
            Save name
          </button>
        </form>
      )}
      {problem !== null && <ProblemNote problem={problem} />}
    </Card>
  )
}

/** Suspends or activates an account; for operators. */
export function StatusButton({
  account,
  onChanged,
}: {
  readonly account: Account
  readonly onChanged: () => void
}): JSX.Element {
  const { client, notify } = useConsole()
  const [isAsking, setAsking] = useState(false)
  const isActive = account.status === 'active'
  const change = async (): Promise<void> => {
    const status = isActive ? 'suspended' : 'active'
    await client.send('PATCH', pathOf('accounts', account.id), { status })
    notify(`${account.name ?? account.id} is ${status}.`)
    onChanged()
  }
  return (
    <>
      <button
        type="button"
        class={isActive ? 'button small danger' : 'button small'}
        aria-label={`${isActive ? 'Suspend' : 'Activate'} ${account.name ?? account.id}`}
        onClick={() => setAsking(true)}
      >
        {isActive ? 'Suspend' : 'Activate'}
      </button>
      {isAsking && (
        <Confirm
          title={isActive ? 'Suspend this account?' : 'Activate this account?'}
          action={isActive ? 'Suspend account' : 'Activate account'}
          onConfirm={change}
          onClose={() => setAsking(false)}
        >
          <p>
            <strong class="wrap">{account.name ?? account.id}</strong>
          </p>
          <p class="muted">
            {isActive ? 'All its keys are refused until it is activated again.' : 'Its keys work again.'}
          </p>
        </Confirm>
      )}
    </>
  )
}

function Limits(): JSX.Element {
  const { canWrite, route } = useConsole()
  const { data, problem, reload } = useKeys()
  return (
    <Card title="Limits" intro="Limits are set for each key; together they bound what the account can use.">
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading />}
      {data !== null && data.data.length === 0 && <Empty icon="keys" title="No keys, so no limits" />}
      {data !== null && data.data.length > 0 && (
        <Table
          caption="Limits by key"
          rows={data.data}
          keyOf={({ id }) => id}
          columns={[
            { heading: 'Key', isTitle: true, cell: (key) => key.name ?? key.hint },
            { heading: 'Status', cell: ({ status }) => <Badge state={status} /> },
            { heading: 'Limits', cell: (key) => <LimitWords keyRecord={key} /> },
            {
              heading: 'Actions',
              isActions: true,
              cell: (key: Key) => (
                <a
                  class="button small"
                  aria-label={`${canWrite ? 'Edit' : 'Show'} limits of ${key.name ?? key.hint}`}
                  href={formatHash(toView(route, 'keys', { key: key.id }))}
                >
                  {canWrite ? 'Edit' : 'Show'}
                </a>
              ),
            },
          ]}
        />
      )}
    </Card>
  )
}
