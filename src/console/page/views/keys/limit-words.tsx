import type { JSX } from 'preact'
import type { Key, SpendLimits } from '../../api/types.js'
import { None } from '../../parts/values.js'
import { useConsole } from '../../state/console-context.js'

/** The windows of spend limits, in their order. */
export const SPEND_WINDOWS: readonly (readonly [field: keyof SpendLimits, words: string])[] = [
  ['day_micro', 'day'],
  ['week_micro', 'week'],
  ['month_micro', 'month'],
]

/** The limits of a key in few words. */
export function LimitWords({ keyRecord }: { readonly keyRecord: Key }): JSX.Element {
  const { format } = useConsole()
  const { rpm, tpm, concurrency, spend_limits: spend, allowed_models: models } = keyRecord
  const rates = [
    rpm === null ? null : `${format.countShort(rpm)} requests/min`,
    tpm === null ? null : `${format.countShort(tpm)} tokens/min`,
    concurrency === null ? null : `${format.count(concurrency)} at once`,
  ]
  const money = SPEND_WINDOWS.map(([field, words]) => {
    const micro = spend?.[field] ?? null
    return micro === null ? null : `${format.money(micro)}/${words}`
  })
  const [calls, costs] = [rates, money].map((list) => list.filter((words) => words !== null).join(' · '))
  const only = models === null ? '' : `${models.length} ${models.length === 1 ? 'model' : 'models'} only`
  const below = [costs, only].filter((words) => words !== '').join(' · ')
  if (calls === '' && below === '') return <None>none</None>
  return (
    <span>
      {calls}
      {below !== '' && <span class="sub">{below}</span>}
    </span>
  )
}
