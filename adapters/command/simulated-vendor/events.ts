import type { JsonObject } from '../../../src/index.js'

/** A server-sent event with data alone. */
export function formatData(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

/** A server-sent event that is named after the `type` in its data. */
export function formatNamed(data: JsonObject & { readonly type: string }): string {
  return `event: ${data.type}\n${formatData(data)}`
}
