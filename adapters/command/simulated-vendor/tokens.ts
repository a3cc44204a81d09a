/** A word with the space before it, at most twelve characters of it: a long word is several tokens. */
const TOKEN = /\s*\S{1,12}|\s+$/gu

/** Cuts a text into its tokens; joined again they are the text. */
export function splitTokens(text: string): readonly string[] {
  return text.match(TOKEN) ?? []
}

/** Number of tokens in a text by the vendor's own rule. */
export function countTokens(text: string): number {
  return splitTokens(text).length
}
