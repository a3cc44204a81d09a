export const KEY = 'cm-bench-0123456789abcdefghij'

const words = 'Explain in a few sentences how a token bucket works and where it is used in practice. '
const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }

/** A chat request of about `bytes` bytes. `pace`: milliseconds between events, read by the mock vendor. */
export function chatRequest(model, { stream = false, bytes = 1000, pace = 0 } = {}) {
  const content = `pace-${pace} ${words.repeat(Math.max(1, Math.round(bytes / words.length) - 2))}`
  return {
    path: '/v1/chat/completions',
    headers,
    body: JSON.stringify({
      model,
      stream,
      ...(stream ? { stream_options: { include_usage: true } } : {}),
      max_completion_tokens: 512,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content },
      ],
    }),
  }
}

/** The same as Messages. */
export function messagesRequest(model, { stream = false, bytes = 1000, pace = 0 } = {}) {
  const content = `pace-${pace} ${words.repeat(Math.max(1, Math.round(bytes / words.length) - 2))}`
  return {
    path: '/v1/messages',
    headers: { ...headers, 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({
      model,
      stream,
      max_tokens: 512,
      system: 'Be brief.',
      messages: [{ role: 'user', content }],
    }),
  }
}
