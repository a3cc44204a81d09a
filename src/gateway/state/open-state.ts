import type { JsonObject } from '../../canonical/json.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { Warning } from '../../canonical/warning.js'
import { GatewayError } from '../../errors.js'
import type { Identity } from '../../keys/key-store.js'
import type { Call } from '../call.js'
import type { ClientProtocol } from '../client-protocol.js'
import type { Core } from '../core.js'
import type { GatewayResponse } from '../http/http.js'
import type { ReadBody } from '../http/read-body.js'
import { passesThrough } from '../reply/exchange.js'
import type { Leg } from '../send/resolve.js'
import { answerLater } from './background.js'
import { type History, loadHistory, type ResolvedItem, resolveItems } from './history.js'
import { keepAnswer } from './keep-answer.js'
import { createKeeper, type Serving } from './keeper.js'
import { keysOf } from './keys.js'
import {
  bodyOf,
  expandBody,
  holderOf,
  type KnownRequest,
  prepareForHolder,
  prepareInFull,
  prepareSummary,
} from './prepare-body.js'
import { conversationTooLarge, createRecords, type Records } from './records.js'
import { readWishes, type StateWishes } from './wishes.js'

/** A call that follows what was kept, or whose answer is to be kept. */
export interface KeptCall {
  /** The request with all that was said before it: what is counted and paid for. */
  readonly body: ReadBody
  /** What a leg is asked for a body of the client's; the leg that was asked last is the one that answers. */
  prepare(leg: Leg, body: ReadBody): ReadBody
  /**
   * What the leg is asked instead, when its vendor has forgotten what it was to remember, or cannot compact; null for any
   * other refusal.
   */
  restate(leg: Leg, body: ReadBody, refusal: UpstreamError): ReadBody | null
  /** Runs the call and keeps its answer. `run` resolves always: errors are answers. */
  answer(run: () => Promise<GatewayResponse>): Promise<GatewayResponse>
}

export interface StateRequest {
  readonly client: ClientProtocol
  readonly identity: Identity
  readonly body: ReadBody
  /** Where the call goes first. */
  readonly leg: Leg
}

/** The step of the pipeline between reading a request and admitting it; null for one that needs nothing kept. */
export type OpenState = (core: Core, call: Call, request: StateRequest) => Promise<KeptCall | null> | null

/** For the endpoint that creates responses. */
export const openResponseState: OpenState = (core, call, request) =>
  openState(core, call, { ...request, isCompactEndpoint: false })

/** For the endpoint that makes a conversation shorter. */
export const openCompactState: OpenState = (core, call, request) =>
  openState(core, call, { ...request, isCompactEndpoint: true })

interface Options extends StateRequest {
  readonly isCompactEndpoint: boolean
}

function openState(core: Core, call: Call, options: Options): Promise<KeptCall | null> | null {
  const mayStore = core.settings.responses.state !== 'off'
  const wishes = readWishes(options.body.json, { compacts: options.isCompactEndpoint, mayStore })
  return wishes === null ? null : openKept(core, call, { ...options, wishes })
}

/** Null for a call that follows what only its vendor knows. */
async function openKept(
  core: Core,
  call: Call,
  options: Options & { readonly wishes: StateWishes },
): Promise<KeptCall | null> {
  const { client, identity, body, wishes, isCompactEndpoint } = options
  const { responses: settings } = core.settings
  if (wishes.background && !settings.background) throw noBackground()
  const records = createRecords(core, {
    accountId: identity.account.id,
    requestId: call.requestId,
    isAnswered: () => call.ended !== null || call.isDetached,
  })
  const past = await readPast(core, records, options)
  if (past === null) return null
  const { history, items } = past
  if (wishes.conversationId !== null) {
    refuseFull([...history.items, ...items.map(({ whole }) => whole)], settings.maxBytes)
  }
  const warn = (warning: Warning): void => void call.warnings.push(warning)
  const known: KnownRequest = { body, wishes, history, items, codec: core.codec, warn }
  let serving: Serving | null = null
  const served = (): Serving => {
    if (serving === null) throw new TypeError('an answer is kept of a call that asked nobody')
    return serving
  }
  const keeper = createKeeper(core, call, { known, records, serving: served, isCompactEndpoint })
  return {
    body: bodyOf(expandBody(known)),
    prepare(leg, asked) {
      const isSame = passesThrough(client, leg, asked.json)
      const isHolder = isSame && settings.state === 'vendor'
      const request = { ...known, body: asked }
      const prepared = isHolder
        ? prepareForHolder(request, holderOf(leg))
        : prepareInFull(request, leg, isSame)
      const isUntouched = prepared === asked
      serving = { leg, isHolder, isUntouched, summarizes: wishes.compacts && !isSame }
      return prepared
    },
    restate(leg, asked, refusal) {
      if (serving === null) return null
      const request = { ...known, body: asked }
      if (wishes.compacts && !serving.summarizes && cannotCompact(refusal, isCompactEndpoint)) {
        serving = { leg, isHolder: false, isUntouched: false, summarizes: true }
        return prepareSummary(request, leg)
      }
      if (!serving.isHolder || !isForgotten(refusal)) return null
      const before = prepareForHolder(request, holderOf(leg))
      const restated = prepareForHolder(request, null)
      if (restated === before || restated === asked) return null
      serving = { ...serving, isUntouched: false }
      return restated
    },
    async answer(run) {
      const summarizes = (): boolean => served().summarizes
      if (!wishes.background) return await keepAnswer(await run(), keeper, { summarizes: summarizes() })
      const key = keysOf(identity.account.id).response(keeper.id)
      return await answerLater(core, call, { keeper, records, key, body: body.json, summarizes, run })
    },
  }
}

interface Past {
  readonly history: History
  readonly items: readonly ResolvedItem[]
}

/**
 * Reads what a request follows. Null where all that it names is unknown here, but may be known to the vendor that it
 * goes to, and is then nobody else's: there is no other account.
 */
async function readPast(
  core: Core,
  records: Records,
  { client, leg, body, wishes }: Options & { readonly wishes: StateWishes },
): Promise<Past | null> {
  let history: History | null = null
  try {
    history = await loadHistory(records, wishes)
    return { history, items: await resolveItems(records, body.json, history) }
  } catch (error) {
    const followsOurs = history !== null && (wishes.previousId !== null || wishes.conversationId !== null)
    const mayBeVendors =
      !followsOurs &&
      !wishes.background &&
      core.settings.responses.state === 'vendor' &&
      passesThrough(client, leg, body.json)
    if (mayBeVendors && isUnknown(error) && (await isOnlyAccount(core))) return null
    throw error
  }
}

/** True for what is not here; what is here and cannot be followed (it still runs) is another matter. */
function isUnknown(error: unknown): boolean {
  if (!GatewayError.isInstance(error)) return false
  const { code, param } = error
  if (code === 'invalid_value') return param?.startsWith('input[') === true
  return code === 'previous_response_not_found' || code === 'not_found'
}

async function isOnlyAccount({ stores }: Core): Promise<boolean> {
  return (await stores.keys.accounts({ limit: 2 })).length === 1
}

/** Part of a conversation's room that its next answer may need. */
const RESERVE = 1 / 8

/** A conversation without room for the turn is not continued: it would lose the turn. */
function refuseFull(items: readonly JsonObject[], maxBytes: number): void {
  if (JSON.stringify(items).length > maxBytes * (1 - RESERVE)) throw conversationTooLarge(maxBytes)
}

const FORGOTTEN = /\b(?:response|item)\b.*\bnot found\b|\bno such (?:response|item)\b/i

function isForgotten({ code, message }: UpstreamError): boolean {
  return code === 'previous_response_not_found' || FORGOTTEN.test(message)
}

/** A vendor that speaks the protocol need not have this endpoint of it, nor know the item. */
function cannotCompact({ kind, status, message }: UpstreamError, isCompactEndpoint: boolean): boolean {
  if (isCompactEndpoint) return kind === 'not-found' || status === 405 || status === 501
  return (kind === 'bad-request' || kind === 'unprocessable') && message.includes('compaction')
}

function noBackground(): GatewayError {
  const message =
    'background: this gateway runs where nothing goes on after an answer; send the request without it.'
  return new GatewayError('unsupported_responses_feature', message, { param: 'background' })
}
