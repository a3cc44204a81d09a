import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type CanonicalRequest,
  type CanonicalResponse,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type OpaqueState,
  type ProtocolId,
} from '../../../src/index.js'
import { hashText } from '../../../src/protocols/state-envelope.js'
import { context, VENDORS } from './protocols.js'

/** One conversation as one protocol says it. */
export interface Wire {
  readonly protocol: ProtocolId
  /** Names of canonical fields, at any depth, that this protocol says otherwise or not at all. */
  readonly differs: readonly string[]
  readonly request: JsonObject
  /** The vendor's whole answer; absent where only a client says it (state of another vendor), or where it cannot be. */
  readonly response: JsonObject | undefined
  /** The same answer as the text of an event stream. */
  readonly stream: string | undefined
}

/** A folder of `test/fixtures/scenarios`: one conversation in every protocol that can say it. */
export interface Scenario {
  readonly name: string
  readonly about: string
  readonly request: Partial<CanonicalRequest>
  readonly response: Partial<CanonicalResponse>
  readonly wires: readonly Wire[]
}

const ROOT = fileURLToPath(new URL('../../fixtures/scenarios/', import.meta.url))

export const SCENARIOS: readonly Scenario[] = readdirSync(ROOT).map(loadScenario)

/** A wire with the scenario that it belongs to, named for test titles. */
export interface ScenarioWire extends Wire {
  readonly name: string
  readonly scenario: Scenario
}

export const WIRES: readonly ScenarioWire[] = SCENARIOS.flatMap((scenario) =>
  scenario.wires.map((wire) => ({ ...wire, scenario, name: `${scenario.name} in ${wire.protocol}` })),
)

/** Wires of vendors that stream the answer. */
export const STREAMS: readonly (ScenarioWire & { readonly stream: string })[] = WIRES.flatMap((wire) =>
  wire.stream === undefined ? [] : [{ ...wire, stream: wire.stream }],
)

/** Those of them that have the answer whole, too. */
export const ANSWERS: readonly (ScenarioWire & { readonly stream: string; readonly response: JsonObject })[] =
  STREAMS.flatMap((wire) => (wire.response === undefined ? [] : [{ ...wire, response: wire.response }]))

function loadScenario(name: string): Scenario {
  const { about, request, response } = readJson(`${name}/canonical.json`) as unknown as Scenario
  const wires = (Object.keys(VENDORS) as ProtocolId[]).flatMap((protocol) => {
    const path = `${name}/${protocol}`
    if (!existsSync(`${ROOT}${path}.json`)) return []
    const stream = existsSync(`${ROOT}${path}.sse`) ? readFileSync(`${ROOT}${path}.sse`, 'utf8') : undefined
    const { differs = [], ...bodies } = sealed(readJson(`${path}.json`)) as unknown as Partial<Wire>
    return [{ protocol, differs, request: {}, response: undefined, ...bodies, stream }]
  })
  return { name, about, request, response, wires }
}

function readJson(path: string): JsonObject {
  return JSON.parse(readFileSync(ROOT + path, 'utf8')) as JsonObject
}

/** `{ "$seal": state }` stands for our envelope around another vendor's state; `text` is what it is bound to. */
function sealed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sealed)
  if (!isJsonObject(value)) return value
  if (value['$seal'] === undefined) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sealed(item ?? null)]))
  }
  const { text, ...state } = value['$seal'] as unknown as OpaqueState & { readonly text?: string }
  return context.seal(text === undefined ? state : { ...state, textHash: hashText(text) })
}
