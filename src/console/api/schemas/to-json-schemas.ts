import * as z from 'zod/mini'
import type { JsonObject } from '../../../canonical/json.js'
import { SCHEMAS } from './index.js'

/** What fields of these names mean, wherever they stand. */
const NOTES: Readonly<Record<string, string>> = {
  next: 'Cursor of the next page, to be given back as `after`; null at the end.',
  after: '`next` of the page before.',
  limit:
    'Entries of a page, default 100; of totals the dearest groups, default 1,000, or 50 models of each day.',
  folded: 'How many groups are one row: those behind the limit, without a name.',
  since: 'Included; a date is its midnight, UTC.',
  until: 'Not included; a date is its midnight, UTC.',
  external_id: 'Unique over the whole ledger: a repetition posts nothing again.',
  secret: 'Shown in this answer only.',
  shortfall_micro: 'What the balance could not pay.',
  held_micro: 'What running calls have reserved, or the change of it.',
  rpm: 'Requests a minute; null = unlimited.',
  tpm: 'Tokens a minute; null = unlimited.',
  concurrency: 'Calls at once; null = unlimited.',
  allowed_models: 'Model ids and `vendor/*`; null = all.',
  route: '`upstream name:vendor model id`; for operators only.',
  attempts: 'Of a request that took several calls; for operators only.',
  csrf_token: 'To be sent as `x-csrf-token` with every request that writes.',
  aliases: 'alias → model id; in a model: the names that lead to it.',
  note: 'The customer sees it.',
  actor: 'For members `operator`, unless somebody of their account or a payment provider did it.',
  kind: 'Repeated, or a list with commas.',
  return_url:
    'A page of the origin that the `Origin` header names, or of one that the host allows programs to name.',
}

/** All shapes as JSON Schemas (2020-12) that refer to each other as `#/components/schemas/NAME`. */
export function toJsonSchemas(): Readonly<Record<string, JsonObject>> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => explain(jsonSchema),
  })
  const entries = Object.entries(schemas).map(([id, schema]) => [id, withoutNames(schema as JsonObject)])
  return Object.fromEntries(entries) as Record<string, JsonObject>
}

type JsonSchema = z.core.JSONSchema.BaseSchema

function explain(schema: JsonSchema): void {
  // The pattern of a time is a page long and says no more than the format.
  if (schema.format !== undefined) delete schema.pattern
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const note = Object.hasOwn(NOTES, name) ? NOTES[name] : undefined
    if (note !== undefined && typeof property === 'object') property.description = note
  }
}

/** Names of documents of their own: here they are parts of one. */
function withoutNames({ $schema: _dialect, $id: _id, id: _name, ...schema }: JsonObject): JsonObject {
  return schema
}
