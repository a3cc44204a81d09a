/** What the probes say: each word can be found again on the other side. */
export const WORD = 'zebra'
export const LATE = 'quagga'
export const PNG = 'iVBORw0KGgo'
export const PDF = 'JVBERi0xLjQK'
export const WAV = 'UklGRiQAAABX'
export const SECRET = 'c2VhbGVkIHJlYXNvbmluZw=='

/** The vendors' usage: 90 tokens in, 40 of them from the cache; 20 out, 5 of them reasoning. */
export const USAGE = {
  chat: {
    prompt_tokens: 90,
    completion_tokens: 20,
    total_tokens: 110,
    prompt_tokens_details: { cached_tokens: 40 },
    completion_tokens_details: { reasoning_tokens: 5 },
  },
  responses: {
    input_tokens: 90,
    input_tokens_details: { cached_tokens: 40 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 5 },
    total_tokens: 110,
  },
  messages: {
    input_tokens: 50,
    cache_read_input_tokens: 40,
    cache_creation_input_tokens: 0,
    output_tokens: 20,
    output_tokens_details: { thinking_tokens: 5 },
  },
  gemini: {
    promptTokenCount: 90,
    cachedContentTokenCount: 40,
    candidatesTokenCount: 15,
    thoughtsTokenCount: 5,
    totalTokenCount: 110,
  },
}
