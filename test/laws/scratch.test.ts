import { describe, expect, it } from 'vitest'
import { requestEssence, responseEssence } from './support/essence.js'
import { context, decodeContext, encodeContext, VENDORS } from './support/protocols.js'
import { WIRES, ANSWERS, STREAMS } from './support/scenarios.js'
describe('essence', () => {
  it.each(WIRES)('$name request', ({ protocol, request, scenario, differs }) => {
    const { value, warnings } = VENDORS[protocol].protocol.decodeRequest(request, context)
    expect(requestEssence(value, differs)).toEqual(requestEssence(scenario.request, differs))
    expect(warnings).toEqual([])
  })
  it.each(ANSWERS)('$name response', ({ protocol, response, scenario, differs }) => {
    const { value } = VENDORS[protocol].protocol.decodeResponse(response, decodeContext(VENDORS[protocol]))
    expect(responseEssence(value, differs)).toEqual(responseEssence(scenario.response, differs))
  })
  it.each(WIRES)('$name law1', ({ protocol, request }) => {
    const v = VENDORS[protocol]
    const { value, warnings } = v.protocol.decodeRequest(request, context)
    const e = v.protocol.encodeRequest(value, v.target, context)
    expect(e.value).toEqual(request)
    expect([...warnings, ...e.warnings]).toEqual([])
  })
  it.each(ANSWERS)('$name law1 response', ({ protocol, response }) => {
    const v = VENDORS[protocol]
    const { value } = v.protocol.decodeResponse(response, decodeContext(v))
    expect(v.protocol.encodeResponse(value, encodeContext({ model: 'vendor-model' })).value).toEqual(response)
  })
})
