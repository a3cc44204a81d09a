import type { JSX } from 'preact'
import { ViewHead } from '../parts/card.js'
import { SelectField } from '../parts/field.js'
import { useConsole } from '../state/console-context.js'
import { Charts } from './overview/charts.js'
import { AccountTiles, AllAccountsTiles } from './overview/tiles.js'

const SPANS: Readonly<Record<string, number>> = { '7': 7, '30': 30, '90': 90 }
const USUAL_SPAN = '30'

/** What an account has and uses; for an operator also all accounts together. */
export function OverviewView(): JSX.Element {
  const { accountId, route, setParams } = useConsole()
  const typed = route.params['days'] ?? USUAL_SPAN
  const span = Object.hasOwn(SPANS, typed) ? typed : USUAL_SPAN
  return (
    <>
      <ViewHead
        title="Overview"
        intro={accountId === null ? 'All accounts together. Days, weeks and months are UTC.' : undefined}
      >
        <SelectField
          label="Period of the charts"
          isLabelHidden
          value={span}
          options={Object.keys(SPANS).map((days) => [days, `Last ${days} days`])}
          onValue={(days) => setParams({ days: days === USUAL_SPAN ? null : days })}
        />
      </ViewHead>
      {accountId === null ? <AllAccountsTiles /> : <AccountTiles accountId={accountId} />}
      <Charts dayCount={SPANS[span] ?? 30} />
    </>
  )
}
