import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { problemWords, toProblem } from '../api/api-error.js'
import { pathOf } from '../api/client.js'
import type { Key, List } from '../api/types.js'
import { ViewHead } from '../parts/card.js'
import { Confirm } from '../parts/confirm.js'
import { Icon } from '../parts/icon.js'
import { Pager } from '../parts/pager.js'
import { Empty, Loading, ProblemNote } from '../parts/states.js'
import { type Column, Table } from '../parts/table.js'
import { Badge, None, Time } from '../parts/values.js'
import { useConsole } from '../state/console-context.js'
import { useResource } from '../state/use-resource.js'
import { CreateKey } from './keys/create-key.js'
import { KeyDetails } from './keys/key-details.js'
import { LimitWords } from './keys/limit-words.js'

const PAGE = 100

/** A step that asks first. */
interface Asked {
  readonly action: 'disable' | 'delete'
  readonly key: Key
}

/** The keys of an account: made, limited, stopped and deleted here. */
export function KeysView(): JSX.Element {
  const { client, accountId, canWrite, route, session, setParams } = useConsole()
  const most = session.limits?.keys ?? null
  const { after, key: opened, create } = route.params
  const path = accountId === null ? 'keys' : pathOf('accounts', accountId, 'keys')
  const { data, problem, isLoading, reload } = useResource(
    (signal) => client.get<List<Key>>(path, { limit: PAGE, after }, signal),
    [path, after],
  )
  const [asked, setAsked] = useState<Asked | null>(null)
  return (
    <>
      <ViewHead
        title="Keys"
        intro={`Programs call the gateway with a key. Its limits hold for all of its calls.${most === null ? '' : ` Your account may have ${most}.`}`}
      >
        {canWrite && (
          <button type="button" class="button primary" onClick={() => setParams({ create: '1' })}>
            <Icon name="plus" /> Create key
          </button>
        )}
      </ViewHead>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading lines={5} label="Loading keys" />}
      {data !== null && data.data.length === 0 && (
        <Empty icon="keys" title="No keys yet">
          <p>A key is shown once, when it is created.</p>
        </Empty>
      )}
      {data !== null && data.data.length > 0 && (
        <KeyTable keys={data.data} isBusy={isLoading} onAsk={setAsked} onChanged={reload} />
      )}
      {data !== null && <Pager next={data.next} label="keys" />}
      {create !== undefined && canWrite && (
        <CreateKey onCreated={reload} onClose={() => setParams({ create: null }, true)} />
      )}
      {opened !== undefined && (
        <KeyDetails key={opened} keyId={opened} onChanged={reload} onClose={() => setParams({ key: null })} />
      )}
      {asked !== null && <AskFirst asked={asked} onDone={reload} onClose={() => setAsked(null)} />}
    </>
  )
}

function KeyTable({
  keys,
  isBusy,
  onAsk,
  onChanged,
}: {
  readonly keys: readonly Key[]
  readonly isBusy: boolean
  readonly onAsk: (asked: Asked) => void
  readonly onChanged: () => void
}): JSX.Element {
  const { accountId, canWrite, setParams } = useConsole()
  const columns: readonly Column<Key>[] = [
    {
      heading: 'Key',
      isTitle: true,
      cell: (key) => (
        <>
          <button type="button" class="link-button" onClick={() => setParams({ key: key.id })}>
            {key.name ?? key.hint}
          </button>
          {key.name !== null && <code class="sub">{key.hint}</code>}
        </>
      ),
    },
    ...(accountId === null
      ? [{ heading: 'Account', cell: (key: Key) => <span class="wrap">{key.account_id}</span> }]
      : []),
    { heading: 'Status', cell: (key) => <KeyState keyRecord={key} /> },
    { heading: 'Limits', cell: (key) => <LimitWords keyRecord={key} /> },
    { heading: 'Created', cell: (key) => <CreatedCell keyRecord={key} /> },
    ...(canWrite
      ? [
          {
            heading: 'Actions',
            isActions: true,
            cell: (key: Key) => <KeyActions keyRecord={key} onAsk={onAsk} onChanged={onChanged} />,
          },
        ]
      : []),
  ]
  return <Table caption="Keys" rows={keys} keyOf={({ id }) => id} columns={columns} isBusy={isBusy} />
}

function KeyState({ keyRecord: { status, expires_at } }: { readonly keyRecord: Key }): JSX.Element {
  if (expires_at !== null && new Date(expires_at) <= new Date()) return <Badge state="expired" />
  return <Badge state={status} />
}

function CreatedCell({ keyRecord }: { readonly keyRecord: Key }): JSX.Element {
  const { format } = useConsole()
  const { created_at: created, expires_at: expires, last_used_at: used = null } = keyRecord
  return (
    <span>
      <time dateTime={created}>{format.date(created)}</time>
      {expires !== null && <span class="sub">Until {format.date(expires)}</span>}
      {used !== null && (
        <span class="sub">
          Used <Time iso={used} isShort />
        </span>
      )}
      {expires === null && used === null && <None>{''}</None>}
    </span>
  )
}

function KeyActions({
  keyRecord: key,
  onAsk,
  onChanged,
}: {
  readonly keyRecord: Key
  readonly onAsk: (asked: Asked) => void
  readonly onChanged: () => void
}): JSX.Element {
  const { client, notify, setParams } = useConsole()
  const name = key.name ?? key.hint
  const enable = async (): Promise<void> => {
    try {
      await client.send('PATCH', pathOf('keys', key.id), { status: 'active' })
      notify(`${name} is enabled.`)
      onChanged()
    } catch (thrown) {
      notify(problemWords(toProblem(thrown)), 'bad')
    }
  }
  return (
    <span class="row-actions">
      <button
        type="button"
        class="button small"
        aria-label={`Edit ${name}`}
        onClick={() => setParams({ key: key.id })}
      >
        Edit
      </button>
      {key.status === 'active' ? (
        <button
          type="button"
          class="button small"
          aria-label={`Disable ${name}`}
          onClick={() => onAsk({ action: 'disable', key })}
        >
          Disable
        </button>
      ) : (
        <button
          type="button"
          class="button small"
          aria-label={`Enable ${name}`}
          onClick={() => void enable()}
        >
          Enable
        </button>
      )}
      <button
        type="button"
        class="button small danger"
        aria-label={`Delete ${name}`}
        onClick={() => onAsk({ action: 'delete', key })}
      >
        Delete
      </button>
    </span>
  )
}

function AskFirst({
  asked: { action, key },
  onDone,
  onClose,
}: {
  readonly asked: Asked
  readonly onDone: () => void
  readonly onClose: () => void
}): JSX.Element {
  const { client, notify } = useConsole()
  const name = key.name ?? key.hint
  const isDelete = action === 'delete'
  const confirm = async (): Promise<void> => {
    const path = pathOf('keys', key.id)
    if (isDelete) await client.send('DELETE', path)
    else await client.send('PATCH', path, { status: 'disabled' })
    notify(`${name} is ${isDelete ? 'deleted' : 'disabled'}.`)
    onDone()
  }
  return (
    <Confirm
      title={isDelete ? 'Delete this key?' : 'Disable this key?'}
      action={isDelete ? 'Delete key' : 'Disable key'}
      isRemoving={isDelete}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>
        <strong class="wrap">{name}</strong> <code>{key.hint}</code>
      </p>
      <p class="muted">
        {isDelete
          ? 'Calls with it are refused from now on. This cannot be undone; its usage records stay.'
          : 'Calls with it are refused until it is enabled again.'}
      </p>
    </Confirm>
  )
}
