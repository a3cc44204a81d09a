import type { JsonObject } from '../../../canonical/json.js'
import { asArray, asObject } from '../../../canonical/narrow.js'
import type { CustomTool, FunctionTool, HostedTool } from '../../../canonical/request.js'
import { PROTOCOL } from '../wire/index.js'
import { fieldsOf, reinsert, restoredIn } from './restore.js'
import { isStrictSchema, toRootObject, withoutKeyword } from './schema.js'
import { mark, refuse, type Draft, type Scope } from './scope.js'

/** Schema keyword by which one client marks fields that its vendor encrypts. */
const VENDOR_KEYWORD = 'encrypted'

/** Encodes the tools in the client's order. */
export function encodeTools(scope: Scope): JsonObject[] {
  const { request, restored } = scope
  const tools = (request.tools ?? []).flatMap((tool): Draft[] => {
    switch (tool.type) {
      case 'function':
        return [encodeFunction(tool, scope)]
      case 'custom':
        return [encodeCustom(tool, scope)]
      case 'hosted':
        return encodeHosted(tool, scope)
    }
  })
  return reinsert(tools, restored?.tools)
}

function encodeFunction(tool: FunctionTool, scope: Scope): Draft {
  const restored = restoredIn(tool.extensions)
  const native = asObject(restored?.tool)
  if (native !== undefined) {
    const { cache_control: _, ...value } = native
    return mark({ ...value }, tool, scope)
  }
  const path = tool.path ?? 'tools'
  const draft: Draft = { ...restored, ...fieldsOf(tool.extensions), name: tool.name }
  if (tool.description !== undefined && tool.description !== '') draft.description = tool.description
  draft.input_schema = toInputSchema(tool.parameters, path, scope)
  if (tool.strict === true) {
    const isStrict = scope.restored !== null || canBeStrict(tool.parameters, scope)
    if (isStrict) draft.strict = true
    else scope.warn('dropped', `${path}.strict`, 'The vendor cannot hold this schema strictly.')
  }
  if (tool.deferred === true && scope.restored !== null) draft.defer_loading = true
  else if (tool.deferred === true) {
    scope.warn('emulated', path, 'A tool that is loaded by search is given to the model at once.')
  }
  return mark(draft, tool, scope)
}

function canBeStrict(parameters: JsonObject | undefined, { target }: Scope): boolean {
  return target.traits.jsonSchemaOutput !== false && parameters !== undefined && isStrictSchema(parameters)
}

function toInputSchema(parameters: JsonObject | undefined, path: string, scope: Scope): JsonObject {
  if (parameters === undefined) return { type: 'object', properties: {} }
  const { schema, lossy } = toRootObject(withoutKeyword(parameters, VENDOR_KEYWORD))
  if (lossy) {
    scope.warn('repaired', `${path}.parameters`, 'The parameters of a tool must be an object.', true)
  }
  return schema
}

/** Free-text tools come here only when nothing emulated them before. */
function encodeCustom(tool: CustomTool, scope: Scope): Draft {
  scope.warn('emulated', tool.path ?? 'tools', 'A free-text tool becomes a function with one text argument.')
  const grammar = tool.grammar === undefined ? [] : [`Grammar of the input:\n${tool.grammar.definition}`]
  const description = [...(tool.description === undefined ? [] : [tool.description]), ...grammar].join('\n\n')
  const draft: Draft = { name: tool.name }
  if (description !== '') draft.description = description
  draft.input_schema = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] }
  return mark(draft, tool, scope)
}

function encodeHosted(tool: HostedTool, scope: Scope): Draft[] {
  if (tool.protocol === PROTOCOL) return [{ ...tool.value }]
  const path = tool.path ?? 'tools'
  switch (tool.kind) {
    case 'web-search':
      return [encodeWebSearch(tool, path, scope)]
    case 'code-execution':
      if (isDefaultContainer(tool.value)) {
        return [{ type: 'code_execution_20250825', name: 'code_execution' }]
      }
      throw refuse(path, scope)
    case 'web-fetch':
      return [{ type: 'web_fetch_20250910', name: 'web_fetch' }]
    case 'tool-search':
    case 'other':
      throw refuse(path, scope)
  }
}

/** The settings that web search has in common everywhere, wherever a vendor puts them. */
function encodeWebSearch({ value }: HostedTool, path: string, scope: Scope): Draft {
  const filters = asObject(value.filters) ?? value
  const location = asObject(value.user_location)
  const draft: Draft = { type: 'web_search_20250305', name: 'web_search' }
  const allowed = asArray(filters.allowed_domains)
  const blocked = asArray(filters.blocked_domains)
  if (allowed.length > 0) draft.allowed_domains = allowed
  else if (blocked.length > 0) draft.blocked_domains = blocked
  if (location !== undefined) {
    draft.user_location = { type: 'approximate', ...(asObject(location.approximate) ?? location) }
  }
  if (typeof value.max_uses === 'number') draft.max_uses = value.max_uses
  if (value.search_context_size !== undefined) {
    scope.warn(
      'dropped',
      `${path}.search_context_size`,
      'The vendor chooses the size of search results by itself.',
    )
  }
  if (value.external_web_access === false) {
    scope.warn('dropped', `${path}.external_web_access`, 'The vendor always searches the live web.', true)
  }
  return draft
}

function isDefaultContainer({ container }: JsonObject): boolean {
  const settings = asObject(container)
  return (
    container === undefined ||
    (settings !== undefined && settings.type === 'auto' && asArray(settings.file_ids).length === 0)
  )
}
