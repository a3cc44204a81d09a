import type { JSX } from 'preact'
import { useId, useMemo, useState } from 'preact/hooks'
import { pathOf } from '../../api/client.js'
import type { PostingResult } from '../../api/types.js'
import { parseMoney, separatorsOf } from '../../money.js'
import { Card } from '../../parts/card.js'
import { Dialog } from '../../parts/dialog.js'
import { SelectField, TextField } from '../../parts/field.js'
import { Note, ProblemNote } from '../../parts/states.js'
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
  const formId = useId()
  const separators = useMemo(() => separatorsOf(format.locales), [format])
  const [path, setPath] = useState<Path>('credits')
  const [typed, setTyped] = useState('')
  const [externalId, setExternalId] = useState(randomReference)
  const [note, setNote] = useState('')
  const [isChecked, setChecked] = useState(false)
  const [result, setResult] = useState<PostingResult | null>(null)
  const { isBusy, problem, submit } = useSubmit()
  const isSigned = KINDS.some((kind) => kind.path === path && kind.isSigned)
  const amount = readAmount(parseMoney(typed, separators), isSigned)
  const error = isChecked && amount === null ? amountHint(isSigned) : null
  const post = (): void => {
    setChecked(true)
    if (amount === null) return
    submit(async () => {
      const body = {
        amount_micro: amount,
        external_id: externalId.trim(),
        ...(note.trim() === '' ? {} : { note: note.trim() }),
      }
      setResult(await client.send<PostingResult>('POST', pathOf('accounts', accountId, path), body))
      onPosted()
    })
  }
  return (
    <Dialog
      title="Post money"
      onClose={onClose}
      footer={
        result === null ? (
          <>
            <button type="button" class="button" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" class="button primary" form={formId} disabled={isBusy}>
              Post
            </button>
          </>
        ) : (
          <button type="button" class="button primary" onClick={onClose}>
            Done
          </button>
        )
      }
    >
      {result === null ? (
        <form
          id={formId}
          class="stack"
          onSubmit={(event) => {
            event.preventDefault()
            post()
          }}
        >
          <SelectField
            label="Kind"
            value={path}
            options={KINDS.map((kind) => [kind.path, kind.words])}
            onValue={(value) => setPath(KINDS.find((kind) => kind.path === value)?.path ?? 'credits')}
          />
          <TextField
            label="Amount"
            unit="USD"
            inputMode={isSigned ? undefined : 'decimal'}
            hint={amountHint(isSigned)}
            error={error}
            value={typed}
            isRequired
            onValue={setTyped}
          />
          <TextField
            label="External id"
            isMono
            isRequired
            hint="Posted once, however often it is sent: the number of a transfer or invoice is best."
            value={externalId}
            onValue={setExternalId}
          />
          <TextField label="Note" value={note} maxLength={256} onValue={setNote} />
          {problem !== null && <ProblemNote problem={problem} />}
        </form>
      ) : (
        <Outcome result={result} />
      )}
    </Dialog>
  )
}

function Outcome({ result }: { readonly result: PostingResult }): JSX.Element {
  const { format } = useConsole()
  const { outcome, posted_micro: posted, shortfall_micro: shortfall, balance_micro: balance } = result
  return (
    <Note tone={outcome === 'posted' ? 'good' : 'warn'}>
      <p>
        {outcome === 'posted'
          ? `Posted ${format.money(posted)}.`
          : 'This external id was posted before with the same amount: nothing changed.'}
      </p>
      {shortfall > 0 && <p>{format.money(shortfall)} could not be taken: it is spent or on hold.</p>}
      <p>The balance is {format.money(balance)}.</p>
    </Note>
  )
}

function readAmount(micro: number | null, isSigned: boolean): number | null {
  if (micro === null || micro === 0) return null
  return micro > 0 || isSigned ? micro : null
}

function amountHint(isSigned: boolean): string {
  return isSigned ? 'An amount with its sign, up to six decimals.' : 'A positive amount, up to six decimals.'
}

function randomReference(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9))
  return `manual-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
