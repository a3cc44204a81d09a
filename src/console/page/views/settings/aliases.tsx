import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { pathOf } from '../../api/client.js'
import type { Account } from '../../api/types.js'
import { Card } from '../../parts/card.js'
import { focusHeading } from '../../parts/dialog.js'
import { TextField } from '../../parts/field.js'
import { Empty, ProblemNote } from '../../parts/states.js'
import { type Column, Table } from '../../parts/table.js'
import { useConsole } from '../../state/console-context.js'
import { useModels } from '../../state/use-lists.js'
import { useSubmit } from '../../state/use-resource.js'

/** Names of one's own for models. */
export function Aliases({
  account,
  onChanged,
}: {
  readonly account: Account
  readonly onChanged: () => void
}): JSX.Element {
  const { client, canWrite, notify } = useConsole()
  const { isBusy, problem, submit } = useSubmit()
  // The next change builds on what was saved last, which the account says only when it has been read again.
  const [aliases, setAliases] = useState(account.aliases)
  useEffect(() => setAliases(account.aliases), [account])
  const rows = Object.entries(aliases).map(([alias, model]) => ({ alias, model }))
  const save = (next: Account['aliases'], message: string): void =>
    submit(async () => {
      const body = { aliases: next }
      const changed = await client.send<Account>('PATCH', pathOf('accounts', account.id), body)
      setAliases(changed.aliases)
      notify(message)
      onChanged()
    })
  const remove = (alias: string): void => {
    focusHeading()
    save(
      Object.fromEntries(Object.entries(aliases).filter(([name]) => name !== alias)),
      `The alias ${alias} is removed.`,
    )
  }
  return (
    <Card
      title="Aliases"
      intro="Names of your own that lead to a model: programs keep the name while you change the model."
    >
      {rows.length === 0 && <Empty icon="models" title="No aliases yet" />}
      {rows.length > 0 && <AliasTable rows={rows} isBusy={isBusy} onRemove={canWrite ? remove : null} />}
      {canWrite && (
        <AddAlias
          key={rows.length}
          isBusy={isBusy}
          onAdd={(alias, model) =>
            save({ ...aliases, [alias]: model }, `The alias ${alias} leads to ${model}.`)
          }
        />
      )}
      {problem !== null && <ProblemNote problem={problem} />}
    </Card>
  )
}

interface Alias {
  readonly alias: string
  readonly model: string
}

function AliasTable({
  rows,
  isBusy,
  onRemove,
}: {
  readonly rows: readonly Alias[]
  readonly isBusy: boolean
  /** Null where nothing may be changed. */
  readonly onRemove: ((alias: string) => void) | null
}): JSX.Element {
  const actions = (remove: (alias: string) => void): Column<Alias> => ({
    heading: 'Actions',
    isActions: true,
    cell: ({ alias }) => (
      <button
        type="button"
        class="button small danger"
        aria-label={`Remove alias ${alias}`}
        disabled={isBusy}
        onClick={() => remove(alias)}
      >
        Remove
      </button>
    ),
  })
  return (
    <Table
      caption="Aliases"
      rows={rows}
      keyOf={({ alias }) => alias}
      columns={[
        { heading: 'Alias', isTitle: true, cell: ({ alias }) => <code>{alias}</code> },
        { heading: 'Model', cell: ({ model }) => <code class="wrap">{model}</code> },
        ...(onRemove === null ? [] : [actions(onRemove)]),
      ]}
    />
  )
}

function AddAlias({
  isBusy,
  onAdd,
}: {
  readonly isBusy: boolean
  readonly onAdd: (alias: string, model: string) => void
}): JSX.Element {
  const [alias, setAlias] = useState('')
  const [model, setModel] = useState('')
  const models = useModels()
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (alias.trim() !== '' && model.trim() !== '') onAdd(alias.trim(), model.trim())
      }}
    >
      <TextField label="Alias" isMono isRequired maxLength={256} value={alias} onValue={setAlias} />
      <TextField
        label="Leads to model"
        isMono
        isRequired
        value={model}
        suggestions={(models.data?.data ?? []).map(({ id }) => id)}
        onValue={setModel}
      />
      <button type="submit" class="button" disabled={isBusy}>
        Add alias
      </button>
    </form>
  )
}
