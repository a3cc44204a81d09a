/** A model id taken apart: `openrouter/qwen/qwen3.7-max` is the vendor `openrouter` and the model `qwen/qwen3.7-max`. */
export interface ModelId {
  readonly vendor: string
  /** May hold further slashes. */
  readonly model: string
}

/** Splits `vendor/model` at its first slash; null when either side is empty. */
export function parseModelId(id: string): ModelId | null {
  const slash = id.indexOf('/')
  if (slash <= 0 || slash === id.length - 1) return null
  return { vendor: id.slice(0, slash), model: id.slice(slash + 1) }
}

/** Takes off `[1m]`, by which Claude Code asks for the long context: it is no part of the name. */
export function withoutContextSuffix(id: string): string {
  return id.endsWith(']') ? id.replace(/\[[0-9]+[km]\]$/i, '') : id
}

/**
 * The same key for every spelling of one model: lower case, version digits joined by dashes (`4.6` = `4-6`),
 * no context suffix. For comparing only: vendors want their own spelling.
 */
export function normalizeModelId(id: string): string {
  return withoutContextSuffix(id)
    .toLowerCase()
    .replaceAll(/(?<=\d)\.(?=\d)/g, '-')
}
