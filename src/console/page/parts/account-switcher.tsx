import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Account, List } from '../api/types.js'
import { formatHash, withParams } from '../router.js'
import { useConsole } from '../state/console-context.js'
import { useResource } from '../state/use-resource.js'
import { Dialog } from './dialog.js'
import { TextField } from './field.js'
import { Icon } from './icon.js'
import { Loading, ProblemNote } from './states.js'
import { Badge } from './values.js'

/** What the account in view is called. */
export function useAccountName(): string {
  const { accountId, account } = useConsole()
  return accountId === null ? 'All accounts' : (account.data?.name ?? accountId)
}

/** Which account is in view; an operator can change it. */
export function AccountSwitcher({ onDone }: { readonly onDone?: (() => void) | undefined }): JSX.Element {
  const { isOperator } = useConsole()
  const [isOpen, setOpen] = useState(false)
  const name = useAccountName()
  const words = (
    <span class="account-words">
      <span class="account-label">Account</span>
      <span class="account-name">{name}</span>
    </span>
  )
  if (!isOperator) return <div class="account-fixed">{words}</div>
  return (
    <>
      <button type="button" class="account-button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {words}
        <Icon name="chevron" />
      </button>
      {isOpen && (
        <AccountDialog
          onClose={() => setOpen(false)}
          onChosen={() => {
            setOpen(false)
            onDone?.()
          }}
        />
      )}
    </>
  )
}

const MOST = 1000
const MOST_SHOWN = 100

/** A list of accounts to choose from, with a search; an id that is not in it can be typed in full. */
function AccountDialog({
  onClose,
  onChosen,
}: {
  readonly onClose: () => void
  readonly onChosen: () => void
}): JSX.Element {
  const { client, route, accountId } = useConsole()
  const [typed, setTyped] = useState('')
  const { data, problem } = useResource(
    (signal) => client.get<List<Account>>('accounts', { limit: MOST }, signal),
    [],
  )
  const search = typed.trim().toLowerCase()
  const matches = (data?.data ?? []).filter(({ id, name }) =>
    `${id} ${name ?? ''}`.toLowerCase().includes(search),
  )
  const hrefOf = (account: string | null): string =>
    formatHash(withParams({ view: route.view, params: {} }, { account }))
  return (
    <Dialog title="Choose an account" onClose={onClose}>
      <TextField
        label="Search accounts"
        type="search"
        value={typed}
        onValue={setTyped}
        placeholder="Name or id"
      />
      {problem !== null && <ProblemNote problem={problem} />}
      {data === null && problem === null && <Loading />}
      <ul class="account-list">
        {search === '' && (
          <AccountOption href={hrefOf(null)} isCurrent={accountId === null} onChosen={onChosen}>
            All accounts
          </AccountOption>
        )}
        {matches.slice(0, MOST_SHOWN).map(({ id, name, status }) => (
          <AccountOption key={id} href={hrefOf(id)} isCurrent={id === accountId} onChosen={onChosen}>
            <span>
              {name ?? id}
              {name !== null && <code class="sub">{id}</code>}
            </span>
            {status === 'suspended' && <Badge state={status} />}
          </AccountOption>
        ))}
        {search !== '' && matches.length === 0 && (
          <AccountOption href={hrefOf(typed.trim())} isCurrent={false} onChosen={onChosen}>
            <span>
              Open the account with the id <code>{typed.trim()}</code>
            </span>
          </AccountOption>
        )}
      </ul>
      {matches.length > MOST_SHOWN && (
        <p class="muted">{matches.length - MOST_SHOWN} more: type to narrow them down.</p>
      )}
    </Dialog>
  )
}

function AccountOption({
  href,
  isCurrent,
  onChosen,
  children,
}: {
  readonly href: string
  readonly isCurrent: boolean
  readonly onChosen: () => void
  readonly children: JSX.Element | string | readonly (JSX.Element | false)[]
}): JSX.Element {
  return (
    <li>
      <a class="account-option" href={href} aria-current={isCurrent ? 'true' : undefined} onClick={onChosen}>
        {children}
      </a>
    </li>
  )
}
