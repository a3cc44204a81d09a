import type { ModelEntry } from '../../src/models/route.js'

/** A model that one upstream named like the vendor serves. */
export function createEntry(id: string, fields: Partial<ModelEntry> = {}): ModelEntry {
  const [vendor = '', ...rest] = id.split('/')
  return { id, candidates: [{ upstream: vendor, model: rest.join('/') }], price: null, ...fields }
}
