import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Client } from '../api/client.js'
import type { Account, CreatedKey, Session } from '../api/types.js'
import type { Format } from '../format.js'
import type { ParamChange, Route } from '../router.js'
import type { Resource } from './use-resource.js'
import type { Theme } from './use-theme.js'

/** How a message sounds. */
export type Tone = 'good' | 'bad' | 'plain'

/** What every view can reach. */
export interface ConsoleContext {
  readonly session: Session
  readonly client: Client
  readonly format: Format
  readonly route: Route
  /** Null: all accounts together, for an operator. */
  readonly accountId: string | null
  /** The account in view; its data is null until it is there, and for all accounts together. */
  readonly account: Resource<Account | null>
  readonly isOperator: boolean
  /** False for a viewer: no control that changes anything is shown. */
  readonly canWrite: boolean
  /** A key made in this session, for snippets; forgotten with the page. */
  readonly newKey: CreatedKey | null
  readonly rememberKey: (key: CreatedKey) => void
  /** `replace` leaves no step behind for Back. */
  readonly go: (route: Route, replace?: boolean) => void
  /** Changes parameters of this view; `replace` as for `go`. */
  readonly setParams: (change: ParamChange, replace?: boolean) => void
  readonly notify: (message: string, tone?: Tone) => void
  readonly theme: Theme
  readonly setTheme: (theme: Theme) => void
  readonly signOut: () => void
}

/** Given by the shell to what it shows. */
export const Console: ReturnType<typeof createContext<ConsoleContext | null>> =
  createContext<ConsoleContext | null>(null)

/** What every view can reach; only inside the shell. */
export function useConsole(): ConsoleContext {
  const context = useContext(Console)
  if (context === null) throw new Error('Only inside the shell.')
  return context
}
