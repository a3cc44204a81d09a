import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Model } from '../../api/types.js'
import { isPattern } from '../../model-words.js'
import { Dialog } from '../../parts/dialog.js'
import { SelectField, TextArea, TextField } from '../../parts/field.js'
import { Icon } from '../../parts/icon.js'
import { NeedsAccount } from '../../parts/needs-account.js'
import { Note, ProblemNote } from '../../parts/states.js'
import { formatHash, toView } from '../../router.js'
import { useConsole } from '../../state/console-context.js'
import { type Turn, useChat } from './use-chat.js'

/** Talks with a model through the gateway, as a program would: with limits, holds and a price. */
export function TryModel({
  modelId,
  models,
  onClose,
}: {
  readonly modelId: string
  readonly models: readonly Model[]
  readonly onClose: () => void
}): JSX.Element {
  const { accountId } = useConsole()
  if (accountId === null) {
    return (
      <Dialog title="Try a model" onClose={onClose}>
        <NeedsAccount what="The call is paid by an account.">{() => null}</NeedsAccount>
      </Dialog>
    )
  }
  return <ChatDialog accountId={accountId} modelId={modelId} models={models} onClose={onClose} />
}

function ChatDialog({
  accountId,
  modelId,
  models,
  onClose,
}: {
  readonly accountId: string
  readonly modelId: string
  readonly models: readonly Model[]
  readonly onClose: () => void
}): JSX.Element {
  const { canWrite, setParams } = useConsole()
  const { turns, isBusy, problem, ask, stop, clear } = useChat(accountId)
  const [text, setText] = useState('')
  const [system, setSystem] = useState('')
  const [maxTokens, setMaxTokens] = useState('')
  const ids = models.map(({ id }) => id).filter((id) => !isPattern(id))
  const options = ids.includes(modelId) ? ids : [modelId, ...ids]
  const send = (): void => {
    if (text.trim() === '' || isBusy) return
    const most = Number(maxTokens)
    ask({ model: modelId, system, text: text.trim(), maxTokens: most > 0 ? Math.floor(most) : null })
    setText('')
  }
  return (
    <Dialog
      title="Try a model"
      size="side"
      onClose={onClose}
      footer={
        canWrite && (
          <form
            class="ask"
            onSubmit={(event) => {
              event.preventDefault()
              send()
            }}
          >
            <TextArea
              label="Message"
              isLabelHidden
              placeholder="Ask something. Ctrl + Enter sends."
              value={text}
              onValue={setText}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || (!event.ctrlKey && !event.metaKey)) return
                event.preventDefault()
                send()
              }}
            />
            <div class="ask-row">
              <button type="button" class="button small" disabled={turns.length === 0} onClick={clear}>
                Clear
              </button>
              {isBusy ? (
                <button type="button" class="button" onClick={stop}>
                  <Icon name="stop" /> Stop
                </button>
              ) : (
                <button type="submit" class="button primary" disabled={text.trim() === ''}>
                  <Icon name="send" /> Send
                </button>
              )}
            </div>
          </form>
        )
      }
    >
      <SelectField
        label="Model"
        value={modelId}
        options={options.map((id) => [id, id])}
        onValue={(id) => setParams({ try: id }, true)}
      />
      <details class="more">
        <summary>System prompt and limit</summary>
        <div class="stack">
          <TextArea label="System prompt" rows={2} value={system} onValue={setSystem} />
          <TextField
            label="Longest answer"
            unit="tokens"
            inputMode="numeric"
            value={maxTokens}
            onValue={setMaxTokens}
          />
        </div>
      </details>
      {!canWrite && <Note>Your role may look, but not call.</Note>}
      {turns.length === 0 && problem === null && canWrite && (
        <Note>
          Calls are billed to this account, through its key “Console playground”, which stands with the others
          under Keys.
        </Note>
      )}
      <div class="chat" role="log" aria-label="Conversation" aria-busy={isBusy}>
        {turns.map((turn, index) => (
          <TurnView key={index} turn={turn} isRunning={isBusy && index === turns.length - 1} />
        ))}
      </div>
      {problem !== null && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

function TurnView({ turn, isRunning }: { readonly turn: Turn; readonly isRunning: boolean }): JSX.Element {
  const { format, route } = useConsole()
  const { role, text, reasoning, requestId, inputTokens, outputTokens, firstMs, totalMs, fault } = turn
  return (
    <div class={`turn ${role}`}>
      <span class="turn-who">{role === 'user' ? 'You' : 'Model'}</span>
      {reasoning !== '' && (
        <details class="reasoning">
          <summary>Reasoning</summary>
          <div class="turn-text">{reasoning}</div>
        </details>
      )}
      {text !== '' && <div class="turn-text">{text}</div>}
      {text === '' && isRunning && <span class="muted">Waiting for the first words…</span>}
      {fault !== null && <span class="bad-text">{fault}</span>}
      {role === 'assistant' && !isRunning && (
        <div class="turn-facts">
          {inputTokens !== null && <span>{format.count(inputTokens)} tokens in</span>}
          {outputTokens !== null && <span>{format.count(outputTokens)} tokens out</span>}
          {firstMs !== null && <span>first words after {format.duration(firstMs)}</span>}
          {totalMs !== null && <span>{format.duration(totalMs)} in all</span>}
          {requestId !== null && (
            <a href={formatHash(toView(route, 'usage', { request: requestId }))}>Cost and details</a>
          )}
        </div>
      )}
    </div>
  )
}
