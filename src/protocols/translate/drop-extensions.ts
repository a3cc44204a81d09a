import type { JsonObject } from '../../canonical/json.js'
import { asObject } from '../../canonical/narrow.js'
import type { CanonicalRequest, Message, ToolDefinition } from '../../canonical/request.js'
import type { Warning } from '../../canonical/warning.js'

/** Begins the names of fields that a codec keeps for itself: no other protocol misses them. */
const SILENT = '$'

type Extensions = Readonly<Record<string, JsonObject>> | undefined

/**
 * Takes out the fields that only another protocol than `protocol` can say, and reports each; of those in `partlyKnown`,
 * which are the rest of an object, each member.
 */
export function dropForeignExtensions(
  request: CanonicalRequest,
  protocol: string,
  partlyKnown?: ReadonlySet<string>,
): { readonly request: CanonicalRequest; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = []
  const keep = (extensions: Extensions, path: string): Extensions => {
    if (extensions === undefined) return undefined
    for (const [owner, fields] of Object.entries(extensions)) {
      if (owner === protocol) continue
      const isWhole = (field: string): boolean => path !== '' || partlyKnown?.has(field) !== true
      const names = Object.entries(fields).flatMap(([field, value]) =>
        isWhole(field) ? field : Object.keys(asObject(value) ?? {}).map((member) => `${field}.${member}`),
      )
      for (const field of names) {
        if (field.startsWith(SILENT)) continue
        warnings.push({
          code: 'dropped',
          path: path === '' ? field : `${path}.${field}`,
          message: 'The vendor speaks another protocol, which has no such field.',
          semantic: false,
        })
      }
    }
    const own = extensions[protocol]
    return own === undefined ? undefined : { [protocol]: own }
  }
  const strip = <T extends Message | ToolDefinition>(value: T, path: string): T =>
    'extensions' in value ? { ...value, extensions: keep(value.extensions, value.path ?? path) } : value
  const stripped: CanonicalRequest = {
    ...request,
    messages: request.messages.map((message) => strip(message, 'messages')),
    ...(request.tools === undefined ? {} : { tools: request.tools.map((tool) => strip(tool, 'tools')) }),
    extensions: keep(request.extensions, ''),
  }
  return { request: stripped, warnings }
}
