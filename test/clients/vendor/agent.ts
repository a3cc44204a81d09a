import { basename } from 'node:path'
import { fingerprint, seal } from '../../../adapters/command/simulated-vendor/fingerprint.js'
import type { Part } from '../../../adapters/command/simulated-vendor/answer.js'
import type { Question } from '../../../adapters/command/simulated-vendor/question.js'
import { findMove, type Move, type Step, STEPS, type Task } from './toolbox.js'

/** What the model answers when everything is done: looked for on the terminal of the client. */
export const ANSWER = 'The greeting is corrected. (answer 7f3a91)'
/** What it answers to a request without tools: a title, a summary. */
const ASIDE = 'Correct the greeting: run the command, read the file, edit it.'

/** The next turn of the conversation. `move` is undefined for words alone. */
export interface Turn {
  readonly move: Move | undefined
  readonly parts: readonly Part[]
}

/** Plays a model that can see nothing but its question: the step is the number of steps among the earlier calls. */
export function takeTurn(question: Question, task: Task, id: string): Turn {
  const moves = STEPS.flatMap((step) => findMove(step, question.tools, task) ?? [])
  if (moves.length < STEPS.length || isAside(question))
    return { move: undefined, parts: [textPart(id, ASIDE)] }
  const calls = question.turns.flatMap((turn) => turn.calls)
  const done = new Set(calls.map(({ input }) => stepOf(input, task)))
  const move = moves.find(({ step }) => !done.has(step))
  const reasoning: Part = {
    type: 'reasoning',
    text:
      question.reasoning === 'hidden' ? '' : `Now I think about how to ${move?.step ?? 'answer'} with care.`,
    id: fingerprint(id, 'reasoning'),
    complete: true,
    seal: seal(id),
  }
  const last: Part = move === undefined ? textPart(id, ANSWER) : callPart(id, move)
  return { move, parts: [reasoning, last] }
}

/** How the clients ask for a summary of the conversation; some of them do it with all tools on offer. */
const COMPACTION =
  /(create|write|provide) (a|an) (\w+ )*(summary|prompt for continuing)|checkpoint compaction|state_snapshot/i

function isAside({ turns }: Question): boolean {
  const last = turns.findLast(({ role }) => role !== 'system')
  return last?.role === 'user' && COMPACTION.test(last.text)
}

/** The step that an earlier call did, told by what it names: clients reorder and complete the arguments. */
function stepOf(input: string, { after, file, trace }: Task): Step | undefined {
  if (input.includes(trace)) return 'run'
  if (input.includes(after)) return 'edit'
  return input.includes(basename(file)) ? 'read' : undefined
}

function textPart(id: string, text: string): Part {
  return { type: 'text', text, id: fingerprint(id, 'text'), complete: true }
}

function callPart(id: string, { tool, input }: Move): Part {
  return {
    type: 'call',
    name: tool.name,
    form: tool.form,
    input,
    id: fingerprint(id, 'call'),
    complete: true,
  }
}
