import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/index.js'
import { CHAT, type Endpoint, MESSAGES, RESPONSES, stream, whole } from '../support/calls.js'
import { createTestGateway } from '../support/test-gateway.js'
import { ANSWERS, type ScenarioWire, STREAMS, WIRES } from './support/scenarios.js'

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'openai-chat': CHAT,
  'openai-responses': RESPONSES,
  'anthropic-messages': MESSAGES,
}

const VENDOR_MODEL = 'vendor-model'

function endpointOf({ protocol }: ScenarioWire): Endpoint {
  const endpoint = ENDPOINTS[protocol]
  if (endpoint === undefined) throw new Error(`no endpoint speaks ${protocol}`)
  return endpoint
}

const spoken = <T extends ScenarioWire>(wires: readonly T[]): readonly T[] =>
  wires.filter(({ protocol }) => ENDPOINTS[protocol] !== undefined)

/** A request in the form of a file that somebody edited: to be kept to the byte, whatever it means. */
function written(wire: ScenarioWire, more: JsonObject = {}): string {
  return JSON.stringify({ ...wire.request, model: endpointOf(wire).model, ...more }, null, 2)
}

/** Reasoning of another vendor, in our envelope: the one thing that a vendor must never see, whatever its protocol. */
const carriesForeignState = ({ request }: ScenarioWire): boolean => JSON.stringify(request).includes('gw1.')

/** A gateway whose account can pay for any of the scenarios. */
const createRichGateway = () => createTestGateway({ account: { balanceMicro: 10_000_000_000 } })

describe('law 7: with client and vendor of one protocol', () => {
  const requests = spoken(WIRES)

  it.each(requests.filter(carriesForeignState))('a request loses only foreign state: $name', async (wire) => {
    const { post, vendor } = createRichGateway()
    const answer = await post(endpointOf(wire).path, written(wire))
    expect(vendor.last().text).not.toContain('gw1.')
    expect(answer.headers['x-crossmodel-warnings']).toContain('dropped:')
  })

  const own = requests.filter((wire) => !carriesForeignState(wire))
  it.each(own)('a request changes only in its model: $name', async (wire) => {
    const { post, vendor } = createRichGateway()
    const { path, model, vendorModel } = endpointOf(wire)
    const body = written(wire)
    await post(path, body)
    expect(vendor.last().text).toBe(body.replace(`"model": "${model}"`, `"model": "${vendorModel}"`))
  })

  it.each(spoken(ANSWERS))('a whole answer changes only in its model: $name', async (wire) => {
    const { post, vendor } = createRichGateway()
    const { path, model } = endpointOf(wire)
    const text = JSON.stringify(wire.response, null, 2)
    vendor.play(whole(text))
    const answer = await post(path, written(wire))
    expect(answer.text).toBe(text.replace(`"model": "${VENDOR_MODEL}"`, `"model": "${model}"`))
  })

  it.each(spoken(STREAMS))('a stream changes only in its model: $name', async (wire) => {
    const { post, vendor } = createRichGateway()
    const { path, model } = endpointOf(wire)
    vendor.play(stream(...(wire.stream.match(/[^]{1,100}/gu) ?? [])))
    const options = wire.protocol === 'openai-chat' ? { stream_options: { include_usage: true } } : {}
    const answer = await post(path, written(wire, { stream: true, ...options }))
    expect(answer.text).toBe(wire.stream.replaceAll(`"model":"${VENDOR_MODEL}"`, `"model":"${model}"`))
  })
})
