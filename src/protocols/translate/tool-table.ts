import type { CanonicalRequest, CustomTool, FunctionTool, ToolDefinition } from '../../canonical/request.js'
import type { Warning } from '../../canonical/warning.js'
import type { CodecContext, ToolRules } from '../protocol.js'

/** What a tool is called on the vendor's side, and what it really is. */
export interface ToolEntry {
  readonly wireName: string
  readonly name: string
  readonly namespace: string | undefined
  /** True: a free-text tool that the vendor sees as a function with one string, `input`. */
  readonly emulated: boolean
}

/** The tools of one request in both directions. */
export interface ToolTable {
  /** By the client's name; a name that no tool declares is still made legal. */
  toWire(name: string, namespace: string | undefined): ToolEntry
  /** By the vendor's name; undefined when the client declared no such tool. */
  fromWire(wireName: string, namespace?: string): ToolEntry | undefined
  /** True when nothing is called otherwise than the client calls it. */
  readonly plain: boolean
}

const HASH_LENGTH = 6
const NAMESPACE_JOINT = '__'

/**
 * Names every tool for a vendor: deterministic and reversible, so that a history keeps its bytes from turn to turn.
 * A name that had to change, or that another tool has taken, ends in a hash of the original, so two names never meet.
 */
export function createToolTable(
  tools: readonly ToolDefinition[],
  rules: ToolRules,
  context: CodecContext,
): ToolTable {
  const byName = new Map<string, ToolEntry>()
  const byWireName = new Map<string, ToolEntry>()
  const wireKeyOf = (wireName: string, namespace: string | undefined): string =>
    keyOf(wireName, rules.namespaces ? namespace : undefined)
  const makeEntry = (name: string, namespace: string | undefined, custom: boolean): ToolEntry => {
    const full = namespace === undefined || rules.namespaces ? name : namespace + NAMESPACE_JOINT + name
    const legal = toLegalName(full, rules, context)
    const isTaken = byWireName.has(wireKeyOf(legal, namespace))
    return {
      wireName: isTaken ? addHash(legal, context.hash(keyOf(name, namespace), HASH_LENGTH), rules) : legal,
      name,
      namespace,
      emulated: custom && !rules.customTools,
    }
  }
  for (const tool of tools) {
    if (tool.type === 'hosted' || byName.has(keyOf(tool.name, tool.namespace?.name))) continue
    const entry = makeEntry(tool.name, tool.namespace?.name, tool.type === 'custom')
    byName.set(keyOf(tool.name, tool.namespace?.name), entry)
    byWireName.set(wireKeyOf(entry.wireName, entry.namespace), entry)
  }
  return {
    toWire: (name, namespace) => byName.get(keyOf(name, namespace)) ?? makeEntry(name, namespace, false),
    fromWire: (wireName, namespace) => byWireName.get(wireKeyOf(wireName, namespace)),
    plain: [...byWireName].every(
      ([key, { name, namespace, emulated }]) => key === keyOf(name, namespace) && !emulated,
    ),
  }
}

function keyOf(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}\n${name}`
}

function toLegalName(name: string, rules: ToolRules, context: CodecContext): string {
  const allowed = Array.from(name, (character) => (rules.name.test(character) ? character : '_')).join('')
  const legal = rules.firstCharacter?.test(allowed) === false ? `_${allowed}` : allowed
  if (legal === name && name.length <= rules.maxNameLength) return name
  return addHash(legal, context.hash(name, HASH_LENGTH), rules)
}

function addHash(legal: string, hash: string, { maxNameLength }: ToolRules): string {
  const suffix = `_${hash}`
  return legal.slice(0, maxNameLength - suffix.length) + suffix
}

/** The request's tools as the vendor shall see them. */
export function renameTools(
  tools: readonly ToolDefinition[],
  table: ToolTable,
  rules: ToolRules,
): { readonly tools: readonly ToolDefinition[]; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = []
  const renamed = tools.map((tool) => {
    if (tool.type === 'hosted') return tool
    const entry = table.toWire(tool.name, tool.namespace?.name)
    const base = tool.type === 'custom' && entry.emulated ? emulate(tool, warnings) : tool
    const { namespace, ...rest } = base
    return {
      ...rest,
      ...(namespace === undefined || !rules.namespaces ? {} : { namespace }),
      name: entry.wireName,
    }
  })
  return { tools: renamed, warnings }
}

/** A free-text tool as a function: the grammar can no longer be enforced, but the model can be told of it. */
function emulate(tool: CustomTool, warnings: Warning[]): FunctionTool {
  const { type: _type, grammar, ...rest } = tool
  if (grammar !== undefined) {
    warnings.push({
      code: 'emulated',
      path: tool.path ?? 'tools',
      message: 'The grammar is described to the model, not enforced.',
      semantic: false,
    })
  }
  const rule =
    grammar === undefined
      ? undefined
      : `The input must match this ${grammar.syntax} grammar:\n${grammar.definition}`
  const lines = [tool.description, rule].filter((line) => line !== undefined)
  return {
    ...rest,
    type: 'function',
    ...(lines.length === 0 ? {} : { description: lines.join('\n\n') }),
    parameters: {
      type: 'object',
      properties: { input: { type: 'string' } },
      required: ['input'],
      additionalProperties: false,
    },
  }
}

/** All tools that a request declares. */
export function toolsOf(request: CanonicalRequest): readonly ToolDefinition[] {
  return request.tools ?? []
}
