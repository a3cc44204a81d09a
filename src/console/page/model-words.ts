import type { Model, Rates } from './api/types.js'
import type { Format } from './format.js'

/** Models whose id, name, vendor, capability or alias has every word that was typed. */
export function searchModels(models: readonly Model[], typed: string): readonly Model[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return models
  return models.filter((model) => {
    const text = [model.id, model.display_name ?? '', model.vendor, ...model.capabilities, ...model.aliases]
      .join(' ')
      .toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** The price of one kind of token, per 1M, in words. */
export function priceWords(
  { price }: Model,
  format: Format,
  read: (price: Rates) => number | undefined,
): string | null {
  if (price === null) return null
  if (price === 'free') return 'Free'
  const micro = read(price)
  return micro === undefined ? null : format.money(micro)
}

/** A pattern of the catalogue is no model that one could call. */
export function isPattern(modelId: string): boolean {
  return modelId.includes('*')
}
