/** A usage record as a call leaves it; who was called, when and by whom are the bench's to add. */
export const USAGE_RECORD = {
  model: 'openai/gpt-5.5',
  route: 'openai:gpt-5.5',
  endpoint: 'chat',
  status: 'completed',
  httpStatus: 200,
  errorCode: null,
  errorMessage: null,
  latencyMs: 12.5,
  timeToFirstByteMs: 8,
  usage: {
    inputTokens: 1000,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    outputTokens: 100,
    reasoningTokens: 0,
  },
  costMicro: 1234,
  shortfallMicro: 0,
  endUser: null,
  streamed: false,
}
