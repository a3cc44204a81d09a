import { GatewayError } from '../../errors.js'
import { dayStart } from '../../usage/windows.js'
import { jsonRoute, type Route } from '../route.js'
import { toTotals } from './accounts.js'
import { wholeList } from './cursor.js'
import { parseTime, scopeOf } from './values.js'

const DAY_MS = 86_400_000
const USUAL_DAYS = 30
/** Each day of a span is looked up. */
const MOST_DAYS = 731

/** Sums over whole days. */
export const TOTALS_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: 'totals',
    access: 'viewer',
    summary: 'Sums by day, model, key, end user, or day and model, over whole UTC days.',
    query: 'TotalsQuery',
    answer: 'TotalsGroupList',
    async run({ gateway, now }, { principal, query }) {
      const { by } = query
      const until = parseTime(query.until) ?? dayStart(now()) + DAY_MS
      const since = parseTime(query.since) ?? until - USUAL_DAYS * DAY_MS
      if (until - since > MOST_DAYS * DAY_MS)
        throw new GatewayError('invalid_value', `since is more than ${MOST_DAYS} days before until.`, {
          param: 'since',
        })
      const accountId = scopeOf(principal, query.account_id)
      const groups = await gateway.admin.usage.totals({ accountId, by, since, until })
      return wholeList(
        groups.map(({ group, model, totals }) => ({
          group,
          ...(model === undefined ? {} : { model }),
          ...toTotals(totals),
        })),
      )
    },
  }),
]
