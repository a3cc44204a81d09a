import { type JsonObject, parseSse, translateRequest, translateResponse } from '../../../src/index.js'
import type { Loop } from './answer-arbitraries.js'
import { FACTS, type Pair, routeOf } from './protocols.js'
import { READ_WITH_SDK } from './sdk-readers.js'
import { simulatedClient } from './simulated-clients.js'
import { translateEvents } from './streams.js'
import { WRITE_ANSWER } from './vendor-answers.js'

/** One request of a conversation. */
export interface Turn {
  /** What the vendor got. */
  readonly body: JsonObject
  /** What the client sent. */
  readonly request: JsonObject
}

/** A client of this pair goes through the conversation; `streamed`: by its SDK, off the stream. */
export async function playLoop(
  pair: Pair,
  { opening, steps }: Loop,
  streamed: boolean,
): Promise<readonly Turn[]> {
  const client = simulatedClient(pair.client)
  const turns: Turn[] = []
  let history = client.open(opening)
  for (const step of steps) {
    const request = client.request(history)
    const translated = translateRequest(request, routeOf(pair))
    turns.push({ body: translated.value, request })
    const { body, events } = WRITE_ANSWER[pair.protocol.id](step.answer)
    const answer = streamed
      ? await readStream(pair, translateEvents(translated.reply, parseSse(events.join(''))))
      : translateResponse(body, translated.reply, FACTS).value
    history = [...history, ...client.echo(answer), ...client.reply(step.answer.calls, step)]
  }
  const request = client.request(history)
  return [...turns, { body: translateRequest(request, routeOf(pair)).value, request }]
}

async function readStream({ client }: Pair, text: string): Promise<JsonObject> {
  const reading = await READ_WITH_SDK[client.id]?.(text)
  return reading?.message ?? {}
}
