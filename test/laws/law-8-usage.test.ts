import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  completeUsage,
  isJsonObject,
  type JsonObject,
  mergeUsage,
  parseJson,
  parseSse,
  type PartialUsage,
  type Protocol,
  translateResponse,
  type Usage,
} from '../../src/index.js'
import { answers } from './support/answer-arbitraries.js'
import { decodeContext, FACTS, PAIRS, VENDOR_LIST, VENDORS } from './support/protocols.js'
import { ANSWERS } from './support/scenarios.js'
import { replyOf, translateEvents } from './support/streams.js'
import { WRITE_ANSWER } from './support/vendor-answers.js'

/** The counts of a whole body, as whoever gets it reads them. */
function countsOf({ upstream }: Protocol, body: JsonObject): Partial<Usage> {
  return toCounts(upstream.observeResponse(body).usage ?? {})
}

/** The counts of a stream, report upon report. */
function streamedCountsOf({ upstream }: Protocol, text: string): Partial<Usage> {
  return toCounts(
    parseSse(text)
      .map((event) => upstream.observeEvent(event).usage ?? {})
      .reduce(mergeUsage, {}),
  )
}

function toCounts(usage: PartialUsage): Partial<Usage> {
  const { raw: _, ...counts } = completeUsage(usage)
  return counts
}

describe('law 8: usage is the same streamed and whole', () => {
  it.each(ANSWERS)('at the vendor: $name', ({ protocol, response, stream, scenario, differs }) => {
    const codec = VENDORS[protocol].protocol
    expect(streamedCountsOf(codec, stream)).toEqual(countsOf(codec, response))
    if (!differs.includes('usage')) expect(countsOf(codec, response)).toEqual(scenario.response.usage)
  })

  it.each(VENDOR_LIST)('watched or decoded, at any $protocol.id', (vendor) => {
    const codec = vendor.protocol
    fc.assert(
      fc.property(answers, (answer) => {
        const { body, events } = WRITE_ANSWER[codec.id](answer)
        const decoded = codec.decodeResponse(body, decodeContext(vendor)).value.usage
        expect(countsOf(codec, body)).toEqual(toCounts(decoded ?? {}))
        expect(streamedCountsOf(codec, events.join(''))).toEqual(countsOf(codec, body))
        const { input, cached, output, thinking } = answer.usage
        expect(decoded).toMatchObject({
          inputTokens: input,
          cacheReadTokens: cached,
          outputTokens: output,
          reasoningTokens: thinking,
        })
      }),
    )
  })

  it.each(PAIRS)('for the client: $name', (pair) => {
    const reply = replyOf(pair)
    for (const { protocol, response, stream } of ANSWERS) {
      if (protocol !== pair.protocol.id) continue
      const whole = translateResponse(response, reply, FACTS).value
      const streamed = streamedCountsOf(pair.client, translateEvents(reply, parseSse(stream)))
      expect(streamed).toEqual(countsOf(pair.client, whole))
      const { cacheWriteTokens, cacheWriteLongTokens, ...counts } = toCounts(
        pair.protocol.upstream.observeResponse(response).usage ?? {},
      )
      // OpenAI's protocols do not say how long a cache write lives.
      const said = countsOf(pair.client, whole)
      expect(said).toMatchObject(counts)
      expect((said.cacheWriteTokens ?? 0) + (said.cacheWriteLongTokens ?? 0)).toBe(
        (cacheWriteTokens ?? 0) + (cacheWriteLongTokens ?? 0),
      )
    }
  })

  it.each(PAIRS)('for the client, in any answer: $name', (pair) => {
    const reply = replyOf(pair)
    fc.assert(
      fc.property(answers, (answer) => {
        const { body, events } = WRITE_ANSWER[pair.protocol.id](answer)
        const whole = countsOf(pair.client, translateResponse(body, reply, FACTS).value)
        const text = translateEvents(reply, parseSse(events.join('')))
        expect(streamedCountsOf(pair.client, text)).toEqual(whole)
        expect([whole.inputTokens, whole.outputTokens]).toEqual([answer.usage.input, answer.usage.output])
      }),
      { numRuns: 40 },
    )
  })

  it('names 10 fresh, 900 read and 90 written tokens in the words of every client', () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 900,
      cache_creation_input_tokens: 90,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 90 },
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 20 },
    }
    const body = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      content: [],
      stop_reason: 'end_turn',
      usage,
    }
    const said = Object.fromEntries(
      PAIRS.filter(({ protocol }) => protocol.id === 'anthropic-messages').map((pair) => [
        pair.client.id,
        translateResponse(body, replyOf(pair), FACTS).value['usage'],
      ]),
    )
    const details = { cached_tokens: 900, cache_write_tokens: 90 }
    expect(said).toMatchObject({
      'openai-chat': {
        prompt_tokens: 1000,
        prompt_tokens_details: details,
        completion_tokens: 50,
        completion_tokens_details: { reasoning_tokens: 20 },
        total_tokens: 1050,
      },
      'openai-responses': {
        input_tokens: 1000,
        input_tokens_details: details,
        output_tokens: 50,
        output_tokens_details: { reasoning_tokens: 20 },
        total_tokens: 1050,
      },
      'anthropic-messages': usage,
    })
    expect(isJsonObject(parseJson(JSON.stringify(said)))).toBe(true)
  })
})
