import { scalePrice } from '../../balance/price.js'
import type { ModelPrice } from '../../canonical/price.js'
import { normalizeModelId, parseModelId } from '../../models/model-id.js'
import { lookUpSnapshot } from '../../models/price-snapshot.js'
import type { ModelCandidate, ModelEntry } from '../../models/route.js'
import { getProvider } from '../../providers/index.js'
import { modelTraits } from '../../providers/model-traits.js'
import type { ConfigProblem, GatewayConfigData, ModelConfig } from './config.js'
import type { SoundConfig } from './sound-config.js'
import type { Upstream } from './upstreams.js'

const WILDCARD = '/*'

type WithUpstreams = Pick<GatewayConfigData, 'upstreams'>

/** Models of the configuration as the catalogue's entries, and what is wrong with them. */
export interface BuiltModels {
  readonly models: readonly ModelEntry[]
  readonly problems: readonly ConfigProblem[]
}

/** Fills prices and sizes from the bundled snapshot and checks that every model can be served and billed. */
export function buildModels(config: SoundConfig, upstreams: ReadonlyMap<string, Upstream>): BuiltModels {
  const problems: ConfigProblem[] = []
  const seen = new Set<string>()
  const models = config.models.map(([index, model]) => {
    const path = `models[${index}]`
    if (seen.has(model.id)) problems.push({ path: `${path}.id`, message: `'${model.id}' stands twice` })
    seen.add(model.id)
    const entry = toEntry(model, config)
    const { problems: wrong, isComplete } = checkCandidates(entry.candidates, config, upstreams)
    const placeOf = (at: number): string =>
      model.candidates === undefined ? path : `${path}.candidates[${at}]`
    problems.push(...wrong.map(({ at, field, message }) => ({ path: `${placeOf(at)}.${field}`, message })))
    if (entry.price === null && !isWildcardId(entry.id) && isComplete) {
      problems.push({
        path: `${path}.price`,
        message: `'${model.id}' is not in the price snapshot: give a price, or "free"`,
      })
    }
    return entry
  })
  return { models, problems }
}

function toEntry(model: ModelConfig, config: WithUpstreams): ModelEntry {
  const candidates = candidatesOf(model)
  const known = isWildcardId(model.id) ? UNKNOWN : findKnown(namesOf(model.id, candidates, config))
  return {
    id: model.id,
    candidates,
    routing: model.routing,
    price: model.price ?? sellAt(known.price, model.priceFactor),
    priceFactor: model.priceFactor,
    maxOutputTokens: model.maxOutputTokens ?? known.maxOutputTokens,
    contextWindowTokens: model.contextWindowTokens ?? known.contextWindowTokens,
    displayName: model.displayName,
    created: model.created,
    modalities: model.modalities,
    capabilities: model.capabilities,
  }
}

function candidatesOf(model: ModelConfig): readonly ModelCandidate[] {
  if (model.candidates !== undefined) return model.candidates
  const { upstream = '', protocol } = model
  return [{ upstream, model: model.model ?? parseModelId(model.id)?.model ?? model.id, protocol }]
}

interface VendorModel {
  readonly vendor: string
  readonly model: string
}

interface Known {
  readonly price: ModelPrice | null
  readonly maxOutputTokens: number | undefined
  readonly contextWindowTokens: number | undefined
}

const UNKNOWN: Known = { price: null, maxOutputTokens: undefined, contextWindowTokens: undefined }

/** Names under which a model may be known: its own id, then what the first candidate's vendor calls it. */
function namesOf(
  id: string,
  candidates: readonly ModelCandidate[],
  config: WithUpstreams,
): readonly VendorModel[] {
  const named = parseModelId(id)
  const first = candidates[0]
  const vendor = first === undefined ? undefined : config.upstreams[first.upstream]?.vendor
  return [
    ...(named === null ? [] : [named]),
    ...(first === undefined || vendor === undefined ? [] : [{ vendor, model: first.model }]),
  ]
}

function findKnown(names: readonly VendorModel[]): Known {
  let known = UNKNOWN
  for (const { vendor, model } of names) {
    const listed = lookUpSnapshot(vendor, model)
    known = {
      price: known.price ?? listed?.price ?? null,
      maxOutputTokens: known.maxOutputTokens ?? modelTraits(vendor, model).maxOutputTokens,
      contextWindowTokens: known.contextWindowTokens ?? listed?.contextWindowTokens,
    }
  }
  return known
}

function sellAt(listPrice: ModelPrice | null, factor: number = 1): ModelPrice | null {
  return listPrice === null || factor === 1 ? listPrice : scalePrice(listPrice, factor)
}

/** Spelling, price and sizes of a model that a wildcard entry was asked for; the entry's own settings win. */
export function fillFromSnapshot(asked: ModelEntry, config: WithUpstreams): ModelEntry {
  if (asked.isOfWildcard !== true) return asked
  const entry = spellAsVendor(asked, config)
  const known = findKnown(namesOf(entry.id, entry.candidates, config))
  return {
    ...entry,
    price: entry.price ?? sellAt(known.price, entry.priceFactor),
    maxOutputTokens: entry.maxOutputTokens ?? known.maxOutputTokens,
    contextWindowTokens: entry.contextWindowTokens ?? known.contextWindowTokens,
  }
}

/** Clients write `claude-sonnet-4.6`, too; no list of models tells here what the vendor calls it. */
function spellAsVendor(entry: ModelEntry, { upstreams }: WithUpstreams): ModelEntry {
  const isPlain = ({ upstream }: ModelCandidate): boolean =>
    getProvider(upstreams[upstream]?.vendor ?? '')?.plainModelIds === true
  if (!entry.candidates.some(isPlain)) return entry
  const candidates = entry.candidates.map((candidate) =>
    isPlain(candidate) ? { ...candidate, model: normalizeModelId(candidate.model) } : candidate,
  )
  const named = parseModelId(entry.id)
  if (named === null || !entry.candidates.every(isPlain)) return { ...entry, candidates }
  return { ...entry, id: `${named.vendor}/${normalizeModelId(named.model)}`, candidates }
}

interface CheckedCandidates {
  readonly problems: readonly { readonly at: number; readonly field: string; readonly message: string }[]
  /** False when an upstream is itself at fault: what would follow from it is unknown then. */
  readonly isComplete: boolean
}

function checkCandidates(
  candidates: readonly ModelCandidate[],
  { upstreamNames }: SoundConfig,
  upstreams: ReadonlyMap<string, Upstream>,
): CheckedCandidates {
  const problems = candidates.flatMap(({ upstream: name, protocol }, at) => {
    if (!upstreamNames.has(name))
      return [{ at, field: 'upstream', message: `no upstream is named '${name}'` }]
    const upstream = upstreams.get(name)
    if (protocol === undefined || upstream === undefined) return []
    const speaks = upstream.connections.some((connection) => connection.protocol.id === protocol)
    return speaks ? [] : [{ at, field: 'protocol', message: `upstream '${name}' does not speak ${protocol}` }]
  })
  const isComplete = candidates.every(
    ({ upstream }) => upstreams.has(upstream) || !upstreamNames.has(upstream),
  )
  return { problems, isComplete }
}

function isWildcardId(id: string): boolean {
  return id.endsWith(WILDCARD)
}
