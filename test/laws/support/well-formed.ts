import { isJsonObject, type JsonObject, parseJson, parseSse, type ProtocolId } from '../../../src/index.js'

/** What is wrong with a client's stream by the rules of its protocol; the empty list when nothing is. */
export function faultsOf(client: ProtocolId, text: string): readonly string[] {
  const events = parseSse(text)
  const check = CHECKS[client]
  return check === undefined ? [] : check(events)
}

type Events = ReturnType<typeof parseSse>

const CHECKS: Readonly<Partial<Record<ProtocolId, (events: Events) => readonly string[]>>> = {
  'openai-chat': checkChat,
  'openai-responses': checkResponses,
  'anthropic-messages': checkMessages,
}

function checkChat(events: Events): readonly string[] {
  const faults: string[] = []
  let ended = false
  events.forEach(({ event, data }, at) => {
    const json = parseJson(data)
    const isLast = at === events.length - 1
    if (event !== undefined) faults.push(`${at}: has an event line`)
    if (data === '[DONE]') {
      if (!isLast) faults.push(`${at}: the end mark is not the end`)
      return
    }
    if (!isJsonObject(json)) faults.push(`${at}: is no object`)
    else if (isJsonObject(json['error'])) {
      if (typeof json['error']['message'] !== 'string') faults.push(`${at}: an error without a message`)
      if (!isLast) faults.push(`${at}: goes on after an error`)
    } else faults.push(...checkChunk(json, ended).map((fault) => `${at}: ${fault}`))
    ended ||= finishOf(json) !== null
  })
  return faults
}

function finishOf(chunk: unknown): unknown {
  const choices = isJsonObject(chunk) ? (chunk['choices'] as readonly JsonObject[] | undefined) : undefined
  return choices?.[0]?.['finish_reason'] ?? null
}

function checkChunk(chunk: JsonObject, ended: boolean): readonly string[] {
  const choices = chunk['choices']
  if (chunk['object'] !== 'chat.completion.chunk' || !Array.isArray(choices)) return ['is no chunk']
  if (ended && choices.length > 0) return ['speaks after its finish reason']
  return []
}

function checkResponses(events: Events): readonly string[] {
  const faults: string[] = []
  events.forEach(({ event, data }, at) => {
    const json = parseJson(data)
    if (!isJsonObject(json)) faults.push(`${at}: is no object`)
    else {
      const { type, sequence_number: number } = json
      if (type !== event) faults.push(`${at}: ${String(event)} says it is ${String(type)}`)
      if (number !== at) faults.push(`${at}: has number ${String(number)}`)
      if (at === 0 && type !== 'response.created' && type !== 'error')
        faults.push('0: is not the first event')
    }
  })
  return faults
}

function checkMessages(events: Events): readonly string[] {
  const faults: string[] = []
  let next = 0
  let open: unknown = null
  events.forEach(({ event, data }, at) => {
    const json = parseJson(data)
    const { type, index } = isJsonObject(json) ? json : {}
    const fail = (fault: string): void => void faults.push(`${at}: ${fault}`)
    if (type !== event) fail(`${String(event)} says it is ${String(type)}`)
    if (at === 0 && type !== 'message_start' && type !== 'error') fail('is not the first event')
    if (type === 'content_block_start') {
      if (open !== null || index !== next) fail(`opens block ${String(index)} beside ${String(open)}`)
      open = index
      next += 1
    } else if (type === 'content_block_delta' && index !== open) fail('is for a block that is not open')
    else if (type === 'content_block_stop') {
      if (index !== open) fail('closes a block that is not open')
      open = null
    } else if (type === 'message_delta' && open !== null) fail('ends with an open block')
  })
  return faults
}
