import type { ToolCallPart, ToolResultPart } from '../../../canonical/content.js'
import type { Message } from '../../../canonical/request.js'

/** Which result answers which call. Runs are neighbouring messages of one side. */
export interface MatchedResults {
  /** Calls of the assistant's run of that index. */
  callsOf(run: number): readonly ToolCallPart[]
  /** Results that answer them, in the order of the conversation. */
  answersOf(run: number): readonly { readonly result: ToolResultPart; readonly run: number }[]
  isAnswered(call: ToolCallPart): boolean
  isMatched(result: ToolResultPart): boolean
}

interface Placed {
  readonly result: ToolResultPart
  readonly run: number
  readonly order: number
}

/** Pairs every call with the first result of its id that comes after it and answers no earlier call. */
export function matchResults(runs: readonly (readonly Message[])[]): MatchedResults {
  const queues = queueResults(runs)
  const calls = runs.map((run) =>
    run.flatMap((message) =>
      message.role === 'assistant' ? message.content.filter((part) => part.type === 'tool-call') : [],
    ),
  )
  const answered = new Set<ToolCallPart>()
  const matched = new Set<ToolResultPart>()
  const answers = calls.map((list, run) => {
    const found: Placed[] = []
    for (const call of list) {
      const queue = queues.get(call.id) ?? []
      while (queue[0] !== undefined && queue[0].run < run) queue.shift()
      const answer = queue.shift()
      if (answer === undefined) continue
      found.push(answer)
      answered.add(call)
      matched.add(answer.result)
    }
    return found.toSorted((one, other) => one.order - other.order)
  })
  return {
    callsOf: (run) => calls[run] ?? [],
    answersOf: (run) => answers[run] ?? [],
    isAnswered: (call) => answered.has(call),
    isMatched: (result) => matched.has(result),
  }
}

function queueResults(runs: readonly (readonly Message[])[]): Map<string, Placed[]> {
  const queues = new Map<string, Placed[]>()
  let order = 0
  for (const [run, messages] of runs.entries()) {
    for (const message of messages) {
      if (message.role !== 'user') continue
      for (const part of message.content) {
        if (part.type !== 'tool-result') continue
        const queue = queues.get(part.toolCallId)
        const placed = { result: part, run, order: order++ }
        if (queue === undefined) queues.set(part.toolCallId, [placed])
        else queue.push(placed)
      }
    }
  }
  return queues
}
