import type { JSX } from 'preact'
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { toProblem } from './api/api-error.js'
import type { Client } from './api/client.js'
import type { Account, List, CreatedKey, Session } from './api/types.js'
import type { Format } from './format.js'
import { AccountSwitcher, useAccountName } from './parts/account-switcher.js'
import { BrandMark } from './parts/brand.js'
import { Dialog, focusHeading } from './parts/dialog.js'
import { SelectField } from './parts/field.js'
import { Icon } from './parts/icon.js'
import { Empty, Loading, Note } from './parts/states.js'
import { Toasts, useToasts } from './parts/toast.js'
import { ViewHead } from './parts/card.js'
import { formatHash, type ParamChange, parseHash, toView, withParams } from './router.js'
import { Console, type ConsoleContext, useConsole } from './state/console-context.js'
import { useAccount } from './state/use-lists.js'
import { useRoute } from './state/use-route.js'
import { type Theme, useTheme } from './state/use-theme.js'
import { VIEWS, type View, viewsFor } from './views/index.js'

/** What stands around every view: navigation, the account, messages. */
export function Shell({
  session,
  client,
  format,
  signOut,
}: {
  readonly session: Session
  readonly client: Client
  readonly format: Format
  /** Rejects when the session could not be ended. */
  readonly signOut: () => Promise<void>
}): JSX.Element {
  const { route, go } = useRoute()
  const { toasts, notify, dismiss } = useToasts()
  const [newKey, rememberKey] = useState<CreatedKey | null>(null)
  const isOperator = session.role === 'operator'
  const accountId = isOperator ? (route.params['account'] ?? null) : session.account_id
  const account = useAccount(client, accountId)
  const [theme, setTheme] = useTheme()
  const setParams = useCallback(
    (change: ParamChange, replace = false) => go(withParams(route, change), replace),
    [go, route],
  )
  const context = useMemo<ConsoleContext>(
    () => ({
      session,
      client,
      format,
      route,
      accountId,
      account,
      isOperator,
      canWrite: session.role !== 'viewer',
      newKey,
      rememberKey,
      go,
      setParams,
      notify,
      theme,
      setTheme,
      signOut: () => {
        signOut().catch((thrown: unknown) => notify(`Not signed out: ${toProblem(thrown).message}`, 'bad'))
      },
    }),
    [session, client, format, route, accountId, account, newKey, setParams, notify, theme],
  )
  const isChosen = useOnlyAccount(context)
  const view = viewsFor(session.role).find(({ name }) => name === route.view)
  useViewChange(session.title, route.view, view)
  const shown = view === undefined ? <NoView /> : <view.component />

  return (
    <Console.Provider value={context}>
      <Frame>{isChosen ? shown : <Loading />}</Frame>
      <Toasts toasts={toasts} dismiss={dismiss} />
    </Console.Provider>
  )
}

/** A view of another account is another view: nothing of the one before stays in it. */
function Frame({ children }: { readonly children: JSX.Element }): JSX.Element {
  const { route, accountId } = useConsole()
  return (
    <>
      <SkipLink />
      <div class="shell">
        <TopBar />
        <aside class="sidebar" aria-label="Console">
          <SideContent />
        </aside>
        <main class="main" id="main" tabIndex={-1}>
          <div class="view" key={`${route.view} ${accountId ?? ''}`}>
            <SuspendedNote />
            {children}
          </div>
        </main>
      </div>
    </>
  )
}

/** Where an operator has one account, there is nothing to choose. False until that is known: a view would change then. */
function useOnlyAccount({ client, isOperator, accountId, go }: ConsoleContext): boolean {
  const [isChosen, setChosen] = useState(!isOperator || accountId !== null)
  useEffect(() => {
    if (isChosen) return
    const chooseOnly = async (): Promise<void> => {
      const { data } = await client.get<List<Account>>('accounts', { limit: 2 })
      const [only] = data
      // One may have gone elsewhere since it was asked.
      const route = parseHash(location.hash)
      if (only === undefined || data.length > 1 || route.params['account'] !== undefined) return
      go(withParams(route, { account: only.id }), true)
    }
    void chooseOnly()
      .catch(() => undefined)
      .finally(() => setChosen(true))
  }, [])
  return isChosen
}

/** A new view has its title on the document and takes the focus; the first one leaves it where it is. */
function useViewChange(title: string, name: string, view: View | undefined): void {
  const shown = useRef(name)
  useEffect(() => {
    document.title = view === undefined ? title : `${view.title} · ${title}`
    if (shown.current === name) return
    shown.current = name
    scrollTo(0, 0)
    focusHeading()
  }, [title, name, view])
}

/** The address after `#` is the route, so this link moves the focus by hand. */
function SkipLink(): JSX.Element {
  const { route } = useConsole()
  return (
    <nav aria-label="Shortcuts">
      <a
        class="skip"
        href={formatHash(route)}
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        Skip to content
      </a>
    </nav>
  )
}

function TopBar(): JSX.Element {
  const { session } = useConsole()
  const accountName = useAccountName()
  const [isOpen, setOpen] = useState(false)
  return (
    <header class="topbar">
      <button
        type="button"
        class="icon-button"
        aria-label="Open menu"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <Icon name="menu" />
      </button>
      <div class="brand">
        <BrandMark /> {session.title}
      </div>
      <span class="topbar-account">{accountName}</span>
      {isOpen && (
        <Dialog title={session.title} size="menu" onClose={() => setOpen(false)}>
          <SideContent isInDialog onDone={() => setOpen(false)} />
        </Dialog>
      )}
    </header>
  )
}

function SideContent({
  isInDialog = false,
  onDone,
}: {
  readonly isInDialog?: boolean
  readonly onDone?: (() => void) | undefined
}): JSX.Element {
  const { session } = useConsole()
  return (
    <>
      {!isInDialog && (
        <div class="brand">
          <BrandMark /> {session.title}
        </div>
      )}
      <AccountSwitcher onDone={onDone} />
      <Navigation onDone={onDone} />
      <SideFoot onDone={onDone} />
    </>
  )
}

function Navigation({ onDone }: { readonly onDone?: (() => void) | undefined }): JSX.Element {
  const { route, session } = useConsole()
  const views = viewsFor(session.role)
  const groups = [
    { title: null, views: views.filter(({ group }) => group === 'account') },
    { title: 'Operations', views: views.filter(({ group }) => group === 'operations') },
  ]
  return (
    <nav aria-label="Main">
      {groups
        .filter((group) => group.views.length > 0)
        .map((group) => (
          <div key={group.title} class="nav-group">
            {group.title !== null && <p class="nav-title">{group.title}</p>}
            <ul>
              {group.views.map(({ name, title, icon }) => (
                <li key={name}>
                  <a
                    class="nav-link"
                    href={formatHash(toView(route, name))}
                    aria-current={name === route.view ? 'page' : undefined}
                    onClick={onDone}
                  >
                    <Icon name={icon} />
                    {title}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        ))}
    </nav>
  )
}

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'System theme'],
  ['light', 'Light theme'],
  ['dark', 'Dark theme'],
]

function SideFoot({ onDone }: { readonly onDone?: (() => void) | undefined }): JSX.Element {
  const { session, signOut, theme, setTheme } = useConsole()
  return (
    <div class="side-foot">
      <SelectField
        label="Theme"
        isLabelHidden
        value={theme}
        options={THEMES}
        onValue={(value) => setTheme(THEMES.find(([name]) => name === value)?.[0] ?? 'system')}
      />
      <div class="who">
        <span>
          {session.actor}
          {session.actor !== session.role && <span class="version"> · {session.role}</span>}
        </span>
        {session.can_sign_out && (
          <button
            type="button"
            class="icon-button"
            aria-label="Sign out"
            title="Sign out"
            onClick={() => {
              // What cannot be ended is told of behind the menu.
              onDone?.()
              signOut()
            }}
          >
            <Icon name="leave" />
          </button>
        )}
      </div>
      <span class="version">API version {session.version}</span>
    </div>
  )
}

function SuspendedNote(): JSX.Element | null {
  const { data } = useConsole().account
  if (data?.status !== 'suspended') return null
  return <Note tone="warn">This account is suspended: calls with its keys are refused.</Note>
}

function NoView(): JSX.Element {
  const { route } = useConsole()
  const isKnown = VIEWS.some(({ name }) => name === route.view)
  return (
    <>
      <ViewHead title={isKnown ? 'No access' : 'Not found'} />
      <Empty title={isKnown ? 'Your role has no access to this view.' : 'There is no such view.'}>
        <a class="button" href={formatHash(toView(route, 'overview'))}>
          Go to the overview
        </a>
      </Empty>
    </>
  )
}
