import Anthropic from '@anthropic-ai/sdk'

/** What the vendor's own strict stream helper makes of a stream. Throws what it throws. */
export async function readWithSdk(text: string): Promise<Anthropic.Message> {
  const client = new Anthropic({
    apiKey: 'none',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } })),
  })
  const stream = client.messages.stream({
    model: 'm',
    max_tokens: 1,
    messages: [{ role: 'user', content: 'x' }],
  })
  return stream.finalMessage()
}
