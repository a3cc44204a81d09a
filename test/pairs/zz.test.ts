import { test, expect } from 'vitest'
import { generateText, streamText, tool, stepCountIs, Output, jsonSchema } from 'ai'
import { createOpenAI } from '@ai-sdk/openai'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createPairGateway } from './pair.js'
import { KEY } from '../support/test-gateway.js'
const providers = {
  'openai.chat': (fetch: any) => (m: string) => createOpenAI({ apiKey: KEY, baseURL: 'http://gateway/v1', fetch }).chat(m),
  'openai.responses': (fetch: any) => (m: string) => createOpenAI({ apiKey: KEY, baseURL: 'http://gateway/v1', fetch }).responses(m),
  'compat': (fetch: any) => (m: string) => createOpenAICompatible({ name: 'gw', apiKey: KEY, baseURL: 'http://gateway/v1', fetch, includeUsage: true, supportsStructuredOutputs: true })(m),
  anthropic: (fetch: any) => (m: string) => createAnthropic({ apiKey: KEY, baseURL: 'http://gateway/v1', fetch })(m),
}
for (const [name, make] of Object.entries(providers)) for (const up of ['chat', 'deepseek', 'responses', 'messages', 'gemini']) for (const streamed of [false, true])
  test(`${name} ${up} ${streamed}`, async () => {
    const g = createPairGateway()
    const model = make(g.fetch)(`pair/${up}`)
    const opts = {
      model,
      prompt: '[[reason:Because.]][[tool:weather {"city":"Bern"}]][[tool:weather {"city":"Basel"}]]',
      tools: { weather: tool({ description: 'Weather', inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false }), execute: ({ city }) => `sunny in ${city}` }) },
      stopWhen: stepCountIs(5),
      maxRetries: 0,
      providerOptions: { openai: { reasoningEffort: 'high', reasoningSummary: 'auto', store: false, forceReasoning: true, include: ['reasoning.encrypted_content'] }, anthropic: { thinking: { type: 'adaptive', display: 'summarized' } }, gw: { reasoningEffort: 'high' } },
    } as any
    let r: any
    const errors: any[] = []
    if (streamed) { const s = streamText({ ...opts, onError: (e: any) => errors.push(e.error) }); r = { text: await s.text, steps: await s.steps, usage: await s.totalUsage, warnings: await s.warnings } }
    else r = await generateText(opts)
    console.log(name, up, streamed, JSON.stringify({ t: r.text, steps: r.steps.map((s: any) => [s.finishReason, s.reasoningText, s.usage.inputTokens, s.usage.outputTokens, s.warnings?.map((w:any)=>w.details??w.feature??w.setting)]), w: g.warnings.flatMap(w => w.warnings.map(x => x.code+' '+x.path+' '+x.message)) }))
    if (errors.length) console.log(errors)
    const o: any = await generateText({ model, prompt: 'Give me json', maxRetries: 0, output: Output.object({ schema: jsonSchema<any>({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false }) }) })
    console.log('   obj', JSON.stringify(o.output))
  })
