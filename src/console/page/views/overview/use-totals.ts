import type { List, TotalsBy, TotalsGroup } from '../../api/types.js'
import { lastDays, nextDay } from '../../plot-data.js'
import { useConsole } from '../../state/console-context.js'
import { type Resource, useResource } from '../../state/use-resource.js'

/**
 * Sums of the last UTC days, today among them, of the account in view; of all accounts where none is. `limit`: the
 * dearest groups, the others in one row.
 */
export function useTotals(by: TotalsBy, dayCount: number, limit?: number): Resource<List<TotalsGroup>> {
  const { client, accountId } = useConsole()
  return useResource(
    (signal) => {
      const days = lastDays(new Date(), dayCount)
      const until = nextDay(days.at(-1) ?? '')
      return client.get<List<TotalsGroup>>(
        'totals',
        { account_id: accountId, by, since: days[0], until, limit },
        signal,
      )
    },
    [accountId, by, dayCount, limit],
  )
}
