import type { Stores } from '../../stores/stores.js'
import type { ConfigProblem, GatewayConfigData } from './config.js'

const NEEDS_SECRET =
  'is needed when stores outlive the process or are shared: keys are known by hashes that are made with it'
const OPENED_BY_HOST = 'is opened by the command only: in code, open the store yourself and give it as stores'
const OUTBOX_OPENED_BY_HOST =
  'is opened by the command only: in code, open it yourself and give the open one in its place'

/** What is wrong with the stores; `own` are those that the host gives, undefined when somebody else will open them. */
export function checkStores(
  { store = 'memory', limits = 'memory', outbox = 'memory', keySecret }: GatewayConfigData,
  own: Partial<Stores> | undefined,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const keysStay = store !== 'memory' || limits !== 'memory' || own?.keys !== undefined
  if (keysStay && keySecret === undefined) problems.push({ path: 'keySecret', message: NEEDS_SECRET })
  if (own === undefined) return problems
  const named = store === 'memory' || (own.keys !== undefined && own.ledger !== undefined)
  if (!named) problems.push({ path: 'store', message: OPENED_BY_HOST })
  if (limits !== 'memory' && own.limits === undefined)
    problems.push({ path: 'limits', message: OPENED_BY_HOST })
  if (outbox !== 'memory') problems.push({ path: 'outbox', message: OUTBOX_OPENED_BY_HOST })
  return problems
}
