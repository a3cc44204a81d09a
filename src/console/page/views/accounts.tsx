import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Account, List } from '../api/types.js'
import { ViewHead } from '../parts/card.js'
import { TextField } from '../parts/field.js'
import { FormDialog } from '../parts/form-dialog.js'
import { Icon } from '../parts/icon.js'
import { Pager } from '../parts/pager.js'
import { Empty, Loading, ProblemNote } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Badge } from '../parts/values.js'
import { formatHash } from '../router.js'
import { useConsole } from '../state/console-context.js'
import { useResource, useSubmit } from '../state/use-resource.js'
import { StatusButton } from './settings.js'

const PAGE = 100

/** All accounts; for operators. */
export function AccountsView(): JSX.Element {
  const { client, format, route, setParams } = useConsole()
  const { after, create } = route.params
  const { data, problem, isLoading, reload } = useResource(
    (signal) => client.get<List<Account>>('accounts', { after, limit: PAGE }, signal),
    [after],
  )
  return (
    <>
      <ViewHead title="Accounts" intro="Each has a balance, keys and aliases of its own.">
        <button type="button" class="button primary" onClick={() => setParams({ create: '1' })}>
          <Icon name="plus" /> Create account
        </button>
      </ViewHead>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading lines={6} label="Loading accounts" />}
      {data !== null && data.data.length === 0 && <Empty icon="accounts" title="No accounts yet" />}
      {data !== null && data.data.length > 0 && (
        <Table
          caption="Accounts"
          rows={data.data}
          keyOf={({ id }) => id}
          isBusy={isLoading}
          columns={[
            {
              heading: 'Account',
              isTitle: true,
              cell: ({ id, name }) => (
                <>
                  <a href={formatHash({ view: 'overview', params: { account: id } })}>{name ?? id}</a>
                  {name !== null && <code class="sub">{id}</code>}
                </>
              ),
            },
            { heading: 'Status', cell: ({ status }) => <Badge state={status} /> },
            { heading: 'Aliases', isNumber: true, cell: ({ aliases }) => Object.keys(aliases).length },
            {
              heading: 'Created',
              cell: ({ created_at: created }) => <time dateTime={created}>{format.date(created)}</time>,
            },
            {
              heading: 'Actions',
              isActions: true,
              cell: (account) => (
                <span class="row-actions">
                  <StatusButton account={account} onChanged={reload} />
                </span>
              ),
            },
          ]}
        />
      )}
      {data !== null && <Pager next={data.next} label="accounts" />}
      {create !== undefined && (
        <CreateAccount onCreated={reload} onClose={() => setParams({ create: null }, true)} />
      )}
    </>
  )
}

function CreateAccount({
  onCreated,
  onClose,
}: {
  readonly onCreated: () => void
  readonly onClose: () => void
}): JSX.Element {
  const { client, notify } = useConsole()
  const [id, setId] = useState('')
  const [name, setName] = useState('')
  const step = useSubmit()
  const create = (): void =>
    step.submit(async () => {
      const account = await client.send<Account>('POST', 'accounts', {
        ...(id.trim() === '' ? {} : { id: id.trim() }),
        ...(name.trim() === '' ? {} : { name: name.trim() }),
      })
      notify(`The account ${account.name ?? account.id} is created.`)
      onCreated()
      onClose()
    })
  return (
    <FormDialog
      title="Create account"
      action="Create account"
      step={step}
      onSubmit={create}
      onClose={onClose}
    >
      <TextField label="Name" value={name} maxLength={256} onValue={setName} />
      <TextField
        label="Account id"
        isMono
        maxLength={128}
        hint="Cannot be changed later. Empty means one is made up."
        value={id}
        onValue={setId}
      />
    </FormDialog>
  )
}
