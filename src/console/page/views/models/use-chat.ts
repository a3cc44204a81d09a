import { useEffect, useRef, useState } from 'preact/hooks'
import { type Problem, toProblem } from '../../api/api-error.js'
import { type ChatPart, readChatStream } from '../../api/chat-stream.js'
import { useConsole } from '../../state/console-context.js'

/** One side of a conversation, with what is known of an answer. */
export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly reasoning: string
  readonly requestId: string | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** Milliseconds until the first words, and until the end. */
  readonly firstMs: number | null
  readonly totalMs: number | null
  /** What ended it other than its own end. */
  readonly fault: string | null
}

/** What to ask, and how. */
export interface Question {
  readonly model: string
  readonly system: string
  readonly text: string
  /** Null: as long as the model likes. */
  readonly maxTokens: number | null
}

/** A conversation with a model through the gateway. */
export interface Chat {
  readonly turns: readonly Turn[]
  readonly isBusy: boolean
  readonly problem: Problem | null
  readonly ask: (question: Question) => void
  readonly stop: () => void
  readonly clear: () => void
}

const EMPTY: Turn = {
  role: 'assistant',
  text: '',
  reasoning: '',
  requestId: null,
  inputTokens: null,
  outputTokens: null,
  firstMs: null,
  totalMs: null,
  fault: null,
}

/** Keeps the turns and streams the answers; leaving stops what runs. */
export function useChat(accountId: string): Chat {
  const { client } = useConsole()
  const [turns, setTurns] = useState<readonly Turn[]>([])
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])

  const setAnswer = (answer: Turn): void => setTurns((before) => [...before.slice(0, -1), answer])

  const stream = async (question: Question, earlier: readonly Turn[], signal: AbortSignal): Promise<void> => {
    const startedAt = new Date().getTime()
    const elapsedMs = (): number => new Date().getTime() - startedAt
    const response = await client.open('playground', toBody(accountId, question, earlier), signal)
    let answer: Turn = { ...EMPTY, requestId: response.headers.get('x-request-id') }
    let isWhole = false
    setTurns([...earlier, { ...EMPTY, role: 'user', text: question.text }, answer])
    try {
      for await (const part of readChatStream(response.body ?? new ReadableStream())) {
        if (part.type === 'done') isWhole = true
        answer = withPart(answer, part, elapsedMs())
        setAnswer(answer)
      }
    } catch (thrown) {
      if (!signal.aborted) answer = { ...answer, fault: toProblem(thrown).message }
    }
    const fault = signal.aborted ? 'Stopped.' : isWhole ? null : 'The answer was cut off.'
    setAnswer({ ...answer, totalMs: elapsedMs(), fault: answer.fault ?? fault })
  }

  return {
    turns,
    isBusy,
    problem,
    ask(question) {
      if (isBusy) return
      const controller = new AbortController()
      running.current = controller
      const earlier = turns
      setBusy(true)
      setProblem(null)
      setTurns([...earlier, { ...EMPTY, role: 'user', text: question.text }, EMPTY])
      stream(question, earlier, controller.signal)
        .catch((thrown: unknown) => {
          setTurns(earlier)
          if (!controller.signal.aborted) setProblem(toProblem(thrown))
        })
        .finally(() => setBusy(false))
    },
    stop: () => running.current?.abort(),
    clear() {
      running.current?.abort()
      setTurns([])
      setProblem(null)
    },
  }
}

function toBody(accountId: string, question: Question, earlier: readonly Turn[]): unknown {
  const { model, system, text, maxTokens } = question
  const said = earlier
    .filter((turn) => turn.text !== '')
    .map((turn) => ({ role: turn.role, content: turn.text }))
  return {
    account_id: accountId,
    model,
    stream: true,
    stream_options: { include_usage: true },
    ...(maxTokens === null ? {} : { max_completion_tokens: maxTokens }),
    messages: [
      ...(system.trim() === '' ? [] : [{ role: 'system', content: system }]),
      ...said,
      { role: 'user', content: text },
    ],
  }
}

function withPart(turn: Turn, part: ChatPart, elapsedMs: number): Turn {
  const firstMs = turn.firstMs ?? elapsedMs
  switch (part.type) {
    case 'text':
      return { ...turn, firstMs, text: turn.text + part.text }
    case 'reasoning':
      return { ...turn, firstMs, reasoning: turn.reasoning + part.text }
    case 'usage':
      return { ...turn, inputTokens: part.inputTokens, outputTokens: part.outputTokens }
    case 'error':
      return { ...turn, fault: part.message }
    case 'finish':
      return part.reason === 'length' ? { ...turn, fault: 'Ended at the token limit.' } : turn
    case 'done':
      return turn
  }
}
