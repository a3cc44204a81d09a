import type { JsonValue } from '../../../src/index.js'

/** The fields in which the protocols carry reasoning state; one of them has nothing but the words. */
const FIELDS = new Set([
  'signature',
  'encrypted_content',
  'thoughtSignature',
  'thought_signature',
  'reasoning_content',
])
/** What Gemini lets a client write where it has no signature. */
const PLACEHOLDER = 'skip_thought_signature_validator'

/** Every piece of opaque reasoning state in a request. */
export function findSeals(value: JsonValue | undefined): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => findSeals(item))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, field]) =>
    FIELDS.has(name) && typeof field === 'string' && field !== '' && field !== PLACEHOLDER
      ? [field]
      : findSeals(field),
  )
}
