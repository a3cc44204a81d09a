/** Prices of one model, in integer micro-USD per 1M tokens. */
export interface TokenPrice {
  readonly inputMicroPer1M: number
  readonly outputMicroPer1M: number
  /** Default: the input price. */
  readonly cacheReadMicroPer1M?: number | undefined
  /** Short-lived cache writes (5 min). Default: the input price. */
  readonly cacheWriteMicroPer1M?: number | undefined
  /** Long-lived cache writes (1 h). Default: the price of short-lived ones. */
  readonly cacheWriteLongMicroPer1M?: number | undefined
}

/** A price with its long-context tiers: the highest threshold that the input reaches decides for the whole call. */
export interface ModelPrice extends TokenPrice {
  readonly tiers?:
    | readonly (TokenPrice & {
        /** The tier applies to calls with more input tokens than this. */
        readonly aboveInputTokens: number
      })[]
    | undefined
}
