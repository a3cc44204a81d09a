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
import { type Chat, type Turn, useChat } from './use-chat.js'

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
  const { canWrite, route, setParams } = useConsole()
  const chat = useChat(accountId)
  const [options, setOptions] = useState<Options>({ system: '', maxTokens: '' })
  const { turns, isBusy, problem } = chat
  const ids = models.map(({ id }) => id).filter((id) => !isPattern(id))
  const ask = (text: string): void => {
    const most = Math.floor(Number(options.maxTokens))
    chat.ask({ model: modelId, system: options.system, text, maxTokens: most > 0 ? most : null })
  }
  return (
    <Dialog
      title="Try a model"
      isHeld
      size="side"
      onClose={onClose}
      footer={canWrite && <AskForm chat={chat} onAsk={ask} />}
    >
      <SelectField
        label="Model"
        value={modelId}
        options={[...new Set([modelId, ...ids])].map((id) => [id, id])}
        onValue={(id) => setParams({ try: id }, true)}
      />
      <ChatOptions options={options} onOptions={setOptions} />
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
      {problem?.status === 402 && (
        <a class="button" href={formatHash(toView(route, 'billing'))}>
          Go to billing
        </a>
      )}
    </Dialog>
  )
}

interface Options {
  readonly system: string
  /** As it is typed. */
  readonly maxTokens: string
}

function ChatOptions({
  options,
  onOptions,
}: {
  readonly options: Options
  readonly onOptions: (options: Options) => void
}): JSX.Element {
  const { system, maxTokens } = options
  return (
    <details class="more">
      <summary>System prompt and limit</summary>
      <div class="stack">
        <TextArea
          label="System prompt"
          rows={2}
          value={system}
          onValue={(value) => onOptions({ ...options, system: value })}
        />
        <TextField
          label="Longest answer"
          unit="tokens"
          inputMode="numeric"
          value={maxTokens}
          onValue={(value) => onOptions({ ...options, maxTokens: value })}
        />
      </div>
    </details>
  )
}

function AskForm({
  chat: { turns, isBusy, stop, clear },
  onAsk,
}: {
  readonly chat: Chat
  readonly onAsk: (text: string) => void
}): JSX.Element {
  const [text, setText] = useState('')
  const send = (event: Event): void => {
    event.preventDefault()
    if (text.trim() === '' || isBusy) return
    onAsk(text.trim())
    setText('')
  }
  return (
    <form class="ask" onSubmit={send}>
      <TextArea
        label="Message"
        isLabelHidden
        placeholder="Ask something. Ctrl + Enter sends."
        value={text}
        onValue={setText}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event)
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
