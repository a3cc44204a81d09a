import type { ComponentChildren, JSX } from 'preact'
import { useConsole } from '../state/console-context.js'
import { AccountSwitcher } from './account-switcher.js'
import { Empty } from './states.js'

/** What belongs to one account asks for it first. */
export function NeedsAccount({
  what,
  children,
}: {
  readonly what: string
  readonly children: (accountId: string) => ComponentChildren
}): JSX.Element {
  const { accountId } = useConsole()
  if (accountId !== null) return <>{children(accountId)}</>
  return (
    <Empty icon="accounts" title="Choose an account first">
      <p>{what}</p>
      <div>
        <AccountSwitcher />
      </div>
    </Empty>
  )
}
