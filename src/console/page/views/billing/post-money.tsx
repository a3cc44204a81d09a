import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { pathOf } from '../../api/client.js'
import type { MoneyMove, PostingResult } from '../../api/types.js'
import { parseMoney, type Separators, separatorsOf } from '../../money.js'
import { Card } from '../../parts/card.js'
import { Dialog } from '../../parts/dialog.js'
import { SelectField, TextField } from '../../parts/field.js'
import { FormDialog } from '../../parts/form-dialog.js'
import { Note } from '../../parts/states.js'
import { useConsole } from '../../state/console-context.js'
import { useSubmit } from '../../state/use-resource.js'

/** What an operator can post: path, words, and whether the amount has a sign. */
const KINDS = [
  { path: 'credits', words: 'Credit: adds money', isSigned: false },
  { path: 'refunds', words: 'Refund: takes money that was paid back', isSigned: false },
  { path: 'adjustments', words: 'Adjustment: adds or takes, by its sign', isSigned: true },
] as const

type Path = (typeof KINDS)[number]['path']

/** Money that comes or goes outside the payment provider; for operators. */
export function PostMoney({
  accountId,
  onPosted,
}: {
  readonly accountId: string
  readonly onPosted: () => void
}): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  return (
    <Card
      title="Manual posting"
      intro="Credits, refunds and adjustments by an operator: a bank transfer, a gift, a correction."
      actions={
        <button type="button" class="button" onClick={() => setOpen(true)}>
          Post money
        </button>
      }
    >
      {isOpen && <PostDialog accountId={accountId} onPosted={onPosted} onClose={() => setOpen(false)} />}
    </Card>
  )
}

/** The fields as they are typed. */
interface Typed {
  readonly path: Path
  readonly amount: string
  readonly externalId: string
  readonly note: string
}

function PostDialog({
  accountId,
  onPosted,
  onClose,
}: {
  readonly accountId: string
  readonly onPosted: () => void
  readonly onClose: () => void
}): JSX.Element {
  const { client, format } = useConsole()
  const [typed, setTyped] = useState<Typed>(() => ({
    path: 'credits',
    amount: '',
    externalId: randomReference(),
    note: '',
  }))
  const [isChecked, setChecked] = useState(false)
  const [result, setResult] = useState<PostingResult | null>(null)
  const step = useSubmit()
  const amount = readAmount(typed, separatorsOf(format.locales))
  const post = (): void => {
    setChecked(true)
    if (amount === null) return
    step.submit(async () => {
      const path = pathOf('accounts', accountId, typed.path)
      setResult(await client.send('POST', path, toMove(typed, amount)))
      onPosted()
    })
  }
  if (result !== null) return <Outcome result={result} onClose={onClose} />
  return (
    <FormDialog title="Post money" action="Post" step={step} onSubmit={post} onClose={onClose}>
      <PostFields typed={typed} isWrong={isChecked && amount === null} onTyped={setTyped} />
    </FormDialog>
  )
}

function PostFields({
  typed,
  isWrong,
  onTyped,
}: {
  readonly typed: Typed
  readonly isWrong: boolean
  readonly onTyped: (typed: Typed) => void
}): JSX.Element {
  const hint = isSigned(typed.path)
    ? 'An amount with its sign, up to six decimals.'
    : 'A positive amount, up to six decimals.'
  return (
    <>
      <SelectField
        label="Kind"
        value={typed.path}
        options={KINDS.map((kind) => [kind.path, kind.words])}
        onValue={(value) =>
          onTyped({ ...typed, path: KINDS.find((kind) => kind.path === value)?.path ?? 'credits' })
        }
      />
      <TextField
        label="Amount"
        unit="USD"
        inputMode={isSigned(typed.path) ? undefined : 'decimal'}
        hint={hint}
        error={isWrong ? hint : null}
        value={typed.amount}
        isRequired
        onValue={(amount) => onTyped({ ...typed, amount })}
      />
      <TextField
        label="External id"
        isMono
        isRequired
        hint="Posted once, however often it is sent: the number of a transfer or invoice is best. The customer sees it."
        value={typed.externalId}
        onValue={(externalId) => onTyped({ ...typed, externalId })}
      />
      <TextField
        label="Note"
        hint="The customer sees it."
        value={typed.note}
        maxLength={256}
        onValue={(note) => onTyped({ ...typed, note })}
      />
    </>
  )
}

function Outcome({
  result,
  onClose,
}: {
  readonly result: PostingResult
  readonly onClose: () => void
}): JSX.Element {
  const { format } = useConsole()
  const { outcome, posted_micro: posted, shortfall_micro: shortfall, balance_micro: balance } = result
  return (
    <Dialog
      title="Post money"
      onClose={onClose}
      footer={
        <button type="button" class="button primary" onClick={onClose}>
          Done
        </button>
      }
    >
      <Note tone={outcome === 'posted' ? 'good' : 'warn'}>
        <p>
          {outcome === 'posted'
            ? `Posted ${format.money(posted)}.`
            : 'This external id was posted before with the same amount: nothing changed.'}
        </p>
        {shortfall > 0 && <p>{format.money(shortfall)} could not be taken: it is spent or on hold.</p>}
        <p>The balance is {format.money(balance)}.</p>
      </Note>
    </Dialog>
  )
}

function isSigned(path: Path): boolean {
  return KINDS.some((kind) => kind.path === path && kind.isSigned)
}

function readAmount({ path, amount }: Typed, separators: Separators): number | null {
  const micro = parseMoney(amount, separators)
  if (micro === null || micro === 0) return null
  return micro > 0 || isSigned(path) ? micro : null
}

function toMove({ externalId, note }: Typed, amountMicro: number): MoneyMove {
  return {
    amount_micro: amountMicro,
    external_id: externalId.trim(),
    ...(note.trim() === '' ? {} : { note: note.trim() }),
  }
}

function randomReference(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9))
  return `manual-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
