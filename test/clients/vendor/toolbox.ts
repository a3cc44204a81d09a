import type { JsonObject } from '../../../src/index.js'
import type { Tool } from '../../../adapters/command/simulated-vendor/question.js'
import { objectOf, stringsOf } from '../../../adapters/command/simulated-vendor/values.js'

/** What the agent has to do, as a model knows it from its prompt. */
export interface Task {
  /** Absolute path of the project. */
  readonly folder: string
  /** Name of the file that the command leaves behind. */
  readonly trace: string
  /** Absolute path of the file to read and to edit. */
  readonly file: string
  readonly before: string
  readonly after: string
}

/** A call that does one step; `input` is JSON text, or the raw text of a custom tool. */
export interface Move {
  readonly step: Step
  readonly tool: Tool
  readonly input: string
}

export const STEPS = ['run', 'read', 'edit'] as const
export type Step = (typeof STEPS)[number]

const SHELL = /^(bash|shell|exec_command|run_shell_command|run_commands|execute_command)$/i
/** Codex has newer models write a program that calls its tools. */
const PROGRAM = /(^|[_.])exec$/
const READ = /^(read|view|read_file|read_files)$/i
const EDIT = /^(edit|replace|edit_file|str_replace_editor)$/i
const PATCH = /^apply_patch$/

const FINDERS: Readonly<Record<Step, readonly RegExp[]>> = {
  run: [SHELL, PROGRAM],
  read: [READ, SHELL, PROGRAM],
  edit: [EDIT, PATCH, SHELL, PROGRAM],
}

/** The call for a step with the first tool on offer that can do it; undefined where none can. */
export function findMove(step: Step, tools: readonly Tool[], task: Task): Move | undefined {
  for (const pattern of FINDERS[step]) {
    const tool = tools.find(({ name }) => pattern.test(name))
    if (tool !== undefined) return { step, tool, input: writeInput({ step, tool, task, pattern }) }
  }
  return undefined
}

interface Choice {
  readonly step: Step
  readonly tool: Tool
  readonly task: Task
  readonly pattern: RegExp
}

function writeInput({ step, tool, task, pattern }: Choice): string {
  if (pattern === PATCH) return wrapText(tool, writePatch(task))
  if (pattern === PROGRAM) return wrapText(tool, writeProgram(step, task))
  const values = pattern === SHELL ? shellValues(step, task) : fileValues(task)
  return JSON.stringify(fillSchema(tool.schema, values))
}

/** Raw text for a custom tool; for a function the one string that it takes. */
function wrapText(tool: Tool, text: string): string {
  if (tool.form === 'custom') return text
  const [name = 'input'] = Object.keys(objectOf(tool.schema.properties))
  return JSON.stringify({ [name]: text })
}

function writePatch({ file, before, after }: Task): string {
  return [
    '*** Begin Patch',
    `*** Update File: ${file}`,
    '@@',
    `-${before}`,
    `+${after}`,
    '*** End Patch',
    '',
  ].join('\n')
}

function writeProgram(step: Step, task: Task): string {
  const cmd = JSON.stringify(writeCommand(step, task))
  return `const result = await tools.exec_command({ cmd: ${cmd} })\ntext(result.output)\n`
}

function writeCommand(step: Step, { folder, trace, file, before, after }: Task): string {
  const commands: Readonly<Record<Step, string>> = {
    run: `pwd > '${folder}/${trace}' && ls`,
    read: `cat '${file}'`,
    edit: `sed -i 's/${before}/${after}/' '${file}'`,
  }
  return commands[step]
}

/** By every name that a client gives an argument. */
type Values = Readonly<Record<string, JsonObject[string]>>

function shellValues(step: Step, task: Task): Values {
  const command = writeCommand(step, task)
  return {
    command,
    cmd: command,
    commands: [command],
    description: 'a step of the task',
    is_background: false,
  }
}

function fileValues({ file, before, after }: Task): Values {
  return {
    file_path: file,
    filePath: file,
    path: file,
    files: [{ path: file }],
    old_string: before,
    new_string: after,
    oldString: before,
    newString: after,
    old_str: before,
    new_str: after,
    edits: [{ oldText: before, newText: after }],
  }
}

/** Those of the values that the schema has a place for. */
function fillSchema(schema: JsonObject, values: Values): JsonObject {
  const required = stringsOf(schema.required)
  const names = Object.keys(objectOf(schema.properties)).filter((name) => Object.hasOwn(values, name))
  const spare = names.filter((name) => name !== 'description' || required.includes(name))
  return Object.fromEntries(spare.map((name) => [name, values[name] ?? null]))
}
