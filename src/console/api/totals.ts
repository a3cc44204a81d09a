import { GatewayError } from '../../errors.js'
import { dayStart } from '../../usage/windows.js'
import { jsonRoute, type Route } from '../route.js'
import { toTotals } from './accounts.js'
import { wholeList } from './cursor.js'
import { foldGroups } from './fold-groups.js'
import { parseTime, scopeOf } from './values.js'

const DAY_MS = 86_400_000
const USUAL_DAYS = 30
/** Each day of a span is looked up. */
const MOST_DAYS = 731
/** Models and end users are words of the client: there is no end to them. */
const USUAL_GROUPS = 1000
/** Each of them on each day. */
const USUAL_MODELS = 50

/** Sums over whole days. */
export const TOTALS_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: 'totals',
    access: 'viewer',
    summary:
      'Sums by day, model, key, end user, or day and model, over whole UTC days; the others behind `limit` are one row, with `folded`.',
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
      const limit = query.limit ?? (by === 'day_model' ? USUAL_MODELS : USUAL_GROUPS)
      return wholeList(
        foldGroups(groups, by, limit).map(({ group, model, folded, totals }) => ({
          group,
          ...(model === undefined ? {} : { model }),
          ...(folded === undefined ? {} : { folded }),
          ...toTotals(totals),
        })),
      )
    },
  }),
]
