import type { JSX } from 'preact'
import { pathOf } from '../api/client.js'
import type { LedgerEntry, List, Overview } from '../api/types.js'
import { ledgerKinds, LEDGER_VIEWS, ledgerWords } from '../ledger-words.js'
import { Card, Tile, ViewHead } from '../parts/card.js'
import { SelectField } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { NeedsAccount } from '../parts/needs-account.js'
import { Pager } from '../parts/pager.js'
import { Empty, Loading, Note, ProblemNote } from '../parts/states.js'
import { type Column, Table } from '../parts/table.js'
import { Badge, Money, None, Time } from '../parts/values.js'
import { formatHash, toView } from '../router.js'
import { useConsole } from '../state/console-context.js'
import { type Resource, useResource } from '../state/use-resource.js'
import { Invoices } from './billing/invoices.js'
import { PostMoney } from './billing/post-money.js'
import { TopUp } from './billing/top-up.js'

const PAGE = 50

/** The money of an account: what is there, how it comes, where it went. */
export function BillingView(): JSX.Element {
  return (
    <>
      <ViewHead
        title="Billing"
        intro="Prepaid, in USD. Calls hold their highest price and settle what they cost."
      />
      <NeedsAccount what="A balance belongs to an account.">
        {(accountId) => <AccountBilling accountId={accountId} />}
      </NeedsAccount>
    </>
  )
}

function AccountBilling({ accountId }: { readonly accountId: string }): JSX.Element {
  const { client, route, isOperator, canWrite, session } = useConsole()
  const { params } = route
  const overview = useResource(
    (signal) => client.get<Overview>(pathOf('accounts', accountId, 'overview'), {}, signal),
    [accountId],
  )
  const kinds = ledgerKinds(params['entries'])
  const ledger = useResource(
    (signal) =>
      client.get<List<LedgerEntry>>(
        pathOf('accounts', accountId, 'ledger'),
        { kind: kinds, after: params['after'], limit: PAGE },
        signal,
      ),
    [accountId, kinds, params['after']],
  )
  const reload = (): void => {
    overview.reload()
    ledger.reload()
  }
  return (
    <>
      <CheckoutOutcome onReload={reload} />
      <Balance overview={overview} />
      {session.payments !== null && canWrite && <TopUp accountId={accountId} terms={session.payments} />}
      {isOperator && <PostMoney accountId={accountId} onPosted={reload} />}
      <Books accountId={accountId} ledger={ledger} kinds={kinds} />
      <Invoices accountId={accountId} />
    </>
  )
}

function Balance({ overview }: { readonly overview: Resource<Overview> }): JSX.Element {
  const { data, problem, reload } = overview
  if (data === null)
    return problem === null ? <Loading lines={2} /> : <ProblemNote problem={problem} onRetry={reload} />
  return (
    <dl class="tiles three">
      <Tile label="Balance">
        <Money micro={data.balance_micro} />
      </Tile>
      <Tile label="On hold" detail="Reserved by calls that run">
        <Money micro={data.held_micro} />
      </Tile>
      <Tile label="Spendable">
        <Money micro={data.spendable_micro} />
      </Tile>
    </dl>
  )
}

/** What the payment provider sent back with. */
function CheckoutOutcome({ onReload }: { readonly onReload: () => void }): JSX.Element | null {
  const { route, setParams } = useConsole()
  const outcome = new URLSearchParams(location.search).get('checkout') ?? route.params['checkout'] ?? null
  if (outcome === null) return null
  const dismiss = (): void => {
    history.replaceState(history.state, '', location.pathname + location.hash)
    setParams({ checkout: null }, true)
    onReload()
  }
  return (
    <Note tone={outcome === 'paid' ? 'good' : 'plain'}>
      <p>
        {outcome === 'paid'
          ? 'Thank you. The payment is credited as soon as the provider confirms it, mostly within seconds.'
          : 'The payment was cancelled; nothing was charged.'}{' '}
        <button type="button" class="link-button" onClick={dismiss}>
          {outcome === 'paid' ? 'Refresh the balance' : 'Dismiss'}
        </button>
      </p>
    </Note>
  )
}

function Books({
  accountId,
  ledger,
  kinds,
}: {
  readonly accountId: string
  readonly ledger: Resource<List<LedgerEntry>>
  readonly kinds: string | null
}): JSX.Element {
  const { client, route, setParams } = useConsole()
  const { data, problem, isLoading, reload } = ledger
  return (
    <Card
      title="Ledger"
      intro="Every change of the balance, newest first; nothing is ever rewritten."
      actions={
        <>
          <SelectField
            label="Entries"
            isLabelHidden
            value={route.params['entries'] ?? ''}
            options={LEDGER_VIEWS}
            onValue={(entries) => setParams({ entries, after: null })}
          />
          <a
            class="button"
            href={client.url(pathOf('accounts', accountId, 'ledger.csv'), { kind: kinds })}
            download={`ledger-${accountId}.csv`}
          >
            <Icon name="download" /> Ledger CSV
          </a>
        </>
      }
    >
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading lines={6} label="Loading the ledger" />}
      {data !== null && data.data.length === 0 && <Empty icon="billing" title="No entries" />}
      {data !== null && data.data.length > 0 && (
        <Table
          caption="Ledger"
          rows={data.data}
          keyOf={({ id }) => id}
          columns={LEDGER_COLUMNS}
          isBusy={isLoading}
        />
      )}
      {data !== null && <Pager next={data.next} label="the ledger" />}
    </Card>
  )
}

const LEDGER_COLUMNS: readonly Column<LedgerEntry>[] = [
  { heading: 'Time', isTitle: true, cell: ({ time }) => <Time iso={time} isShort /> },
  { heading: 'Entry', cell: ({ kind }) => <Badge state={kind}>{ledgerWords(kind)}</Badge> },
  { heading: 'Amount', isNumber: true, cell: (entry) => <Amount entry={entry} /> },
  { heading: 'Balance', isNumber: true, cell: (entry) => <Money micro={entry.balance_after_micro} /> },
  { heading: 'Reference', cell: (entry) => <Reference entry={entry} /> },
]

function Amount({ entry }: { readonly entry: LedgerEntry }): JSX.Element {
  const { format } = useConsole()
  const { balance_micro: amount, held_micro: held, shortfall_micro: shortfall } = entry
  return (
    <span>
      {amount === 0 ? <None /> : <Money micro={amount} isSigned />}
      {amount === 0 && held !== 0 && <span class="sub">Hold {format.money(held)}</span>}
      {shortfall > 0 && <span class="sub bad-text">{format.money(shortfall)} not covered</span>}
    </span>
  )
}

function Reference({ entry }: { readonly entry: LedgerEntry }): JSX.Element {
  const { route } = useConsole()
  const { hold_id: holdId, external_id: externalId, note, actor } = entry
  return (
    <span class="wrap">
      {note}
      {externalId !== null && <code class="sub">{externalId}</code>}
      {actor !== null && <span class="sub">by {actor}</span>}
      {holdId !== null && (
        <HoldReference holdId={holdId} href={formatHash(toView(route, 'usage', { request: holdId }))} />
      )}
    </span>
  )
}

/** A hold has the id of the request that it is for. */
function HoldReference({ holdId, href }: { readonly holdId: string; readonly href: string }): JSX.Element {
  return holdId.startsWith('req_') ? <a href={href}>{holdId}</a> : <code>{holdId}</code>
}
