import type { NativeShape, ToolResultPart } from '../../../canonical/content.js'
import { type JsonObject, type JsonValue, lookUp, parseJson } from '../../../canonical/json.js'
import { asArray, asNumber, asObject, asObjects, asString, asText } from '../../../canonical/narrow.js'
import type { FunctionTool } from '../../../canonical/request.js'
import { PROTOCOL } from './content.js'

/**
 * A tool that the client runs and that this vendor's models know by type: for models of others it is a function.
 * The name of the function is the type of the tool.
 */
export interface BuiltInTool {
  readonly description: string
  readonly parameters: JsonObject
  /** Type of its calls; that of their outputs ends in `_output`. */
  readonly callType: string
  readonly idPrefix: string
  /** Arguments of the function from a call. */
  readCall(item: JsonObject): JsonObject
  /** A call's own fields from the arguments; `undefined` when they do not make one. */
  writeCall(args: JsonObject): JsonObject | undefined
  /** What a model is told of the output of a call. */
  readOutput(item: JsonObject): { readonly text: string; readonly isError: boolean }
}

const text = (description: string): JsonObject => ({ type: 'string', description })
const integer = (description: string): JsonObject => ({ type: 'integer', description })

const PATCHES: ReadonlySet<JsonValue | undefined> = new Set(['create_file', 'update_file', 'delete_file'])

const applyPatch: BuiltInTool = {
  description:
    'Creates, updates or deletes one file. A diff has the V4A format: lines that begin with "+" are added, with "-" removed, with a space kept; "@@" and a line of the file say where a hunk stands. The diff of a new file has only "+" lines.',
  parameters: {
    type: 'object',
    properties: {
      type: { type: 'string', enum: ['create_file', 'update_file', 'delete_file'] },
      path: text('Path of the file, relative to the workspace.'),
      diff: text('The diff, unless the file is deleted.'),
    },
    required: ['type', 'path'],
  },
  callType: 'apply_patch_call',
  idPrefix: 'apc_',
  readCall: ({ operation }) => asObject(operation) ?? {},
  writeCall({ type, path, diff }) {
    if (!PATCHES.has(type) || typeof path !== 'string') return undefined
    return {
      operation: type === 'delete_file' ? { type, path } : { type, path, diff: asString(diff) ?? '' },
    }
  },
  readOutput: ({ output, status }) => ({
    text: asText(output) ?? asString(status) ?? '',
    isError: status === 'failed',
  }),
}

const shell: BuiltInTool = {
  description: 'Runs shell commands, each in a process of its own, and returns what they print.',
  parameters: {
    type: 'object',
    properties: {
      commands: { type: 'array', items: { type: 'string' }, description: 'The commands to run.' },
      timeout_ms: integer('Time limit of each command in milliseconds.'),
      max_output_length: integer('Most characters of output to return.'),
    },
    required: ['commands'],
  },
  callType: 'shell_call',
  idPrefix: 'sh_',
  readCall: ({ action }) => withoutNull(asObject(action) ?? {}),
  writeCall({ commands, timeout_ms: timeout, max_output_length: most }) {
    const lines = typeof commands === 'string' ? [commands] : strings(commands)
    if (lines === undefined) return undefined
    const limits = { timeout_ms: asNumber(timeout) ?? null, max_output_length: asNumber(most) ?? null }
    return { action: { commands: lines, ...limits }, environment: { type: 'local' } }
  },
  readOutput: ({ output }) => ({
    text: typeof output === 'string' ? output : JSON.stringify(output ?? []),
    isError: false,
  }),
}

const localShell: BuiltInTool = {
  description: 'Runs one command on the local machine and returns what it prints.',
  parameters: {
    type: 'object',
    properties: {
      command: {
        type: 'array',
        items: { type: 'string' },
        description: 'The program and its arguments, such as ["bash", "-lc", "ls"].',
      },
      env: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Environment variables.',
      },
      timeout_ms: integer('Time limit in milliseconds.'),
      user: text('User to run the command as.'),
      working_directory: text('Directory to run the command in.'),
    },
    required: ['command'],
  },
  callType: 'local_shell_call',
  idPrefix: 'lsh_',
  readCall({ action }) {
    const { type: _type, ...args } = withoutNull(asObject(action) ?? {})
    return args
  },
  writeCall({ command, env, timeout_ms: timeout, user, working_directory: directory }) {
    const words = typeof command === 'string' ? ['bash', '-lc', command] : strings(command)
    if (words === undefined) return undefined
    const options = {
      timeout_ms: asNumber(timeout) ?? null,
      user: asText(user) ?? null,
      working_directory: asText(directory) ?? null,
    }
    return { action: { type: 'exec', command: words, env: asObject(env) ?? {}, ...options } }
  },
  readOutput: ({ output }) => ({ text: asString(output) ?? '', isError: false }),
}

const BUILT_IN_TOOLS: Readonly<Record<string, BuiltInTool>> = {
  apply_patch: applyPatch,
  shell,
  local_shell: localShell,
}

const NAME_BY_ITEM: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(BUILT_IN_TOOLS).flatMap(([name, { callType }]) => [
    [callType, name],
    [`${callType}_output`, name],
  ]),
)

/** A built-in tool and the name of its function. */
export interface NamedTool {
  readonly name: string
  readonly tool: BuiltInTool
}

/** The built-in tool of a type of calls or outputs. */
export function builtInOfItem(type: string): NamedTool | undefined {
  const name = lookUp(NAME_BY_ITEM, type)
  const tool = lookUp(BUILT_IN_TOOLS, name)
  return name === undefined || tool === undefined ? undefined : { name, tool }
}

/** The name of the function that a built-in tool of a type is. */
export function builtInName(type: JsonValue | undefined): string | undefined {
  return typeof type === 'string' && lookUp(BUILT_IN_TOOLS, type) !== undefined ? type : undefined
}

/** A declared tool as a function; `undefined` for what is none of these, or runs at the vendor. */
export function decodeBuiltIn(tool: JsonObject, path: string): FunctionTool | undefined {
  const { type } = tool
  const known = typeof type === 'string' ? lookUp(BUILT_IN_TOOLS, type) : undefined
  const environment = asObject(tool.environment)
  if (typeof type !== 'string' || known === undefined) return undefined
  if (environment !== undefined && environment.type !== 'local') return undefined
  const skills = asObjects(environment?.skills).map(
    (skill) =>
      `${asString(skill.name) ?? ''} (${asString(skill.path) ?? ''}): ${asString(skill.description) ?? ''}`,
  )
  const guides = skills.length === 0 ? '' : `\n\nGuides to read before use, by path:\n${skills.join('\n')}`
  return {
    type: 'function',
    name: type,
    path,
    description: known.description + guides,
    parameters: known.parameters,
    native: { protocol: PROTOCOL, value: tool },
  }
}

/** The tools that a client of this protocol declared as built-in ones, by the names of their functions. */
export function declaredBuiltIns(tools: readonly unknown[]): ReadonlyMap<string, BuiltInTool> {
  const declared = tools.flatMap((tool) => {
    const { name, native } = tool as Partial<FunctionTool>
    const known =
      native?.protocol === PROTOCOL && name !== undefined ? lookUp(BUILT_IN_TOOLS, name) : undefined
    return name === undefined || known === undefined ? [] : [[name, known] as const]
  })
  return new Map(declared)
}

/** The own fields of a call from what the model wrote; `undefined` when it makes no call. */
export function writeBuiltInCall(tool: BuiltInTool, input: string): JsonObject | undefined {
  const args = asObject(parseJson(input))
  return args === undefined ? undefined : tool.writeCall(args)
}

/** The output of a call as what a function gave back. */
export function decodeBuiltInOutput(
  tool: BuiltInTool,
  item: JsonObject,
): Pick<ToolResultPart, 'content' | 'plain' | 'isError' | 'native'> {
  const { text: told, isError } = tool.readOutput(item)
  return {
    content: [{ type: 'text', text: told }],
    plain: true,
    ...(isError ? { isError } : {}),
    native: nativeOf(item),
  }
}

/** The wire object that a part stands for. */
export function nativeOf(value: JsonObject): NativeShape {
  return { protocol: PROTOCOL, value }
}

/** The wire object behind a part; `undefined` for parts that are what they say, or stand for something elsewhere. */
export function ownShape({ native }: { readonly native?: NativeShape | undefined }): JsonObject | undefined {
  return native?.protocol === PROTOCOL ? native.value : undefined
}

function strings(value: JsonValue | undefined): readonly string[] | undefined {
  const list = asArray(value)
  return list.length > 0 && list.every((entry) => typeof entry === 'string') ? list : undefined
}

function withoutNull(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null))
}
