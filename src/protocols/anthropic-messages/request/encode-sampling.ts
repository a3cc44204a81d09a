import type { JsonObject } from '../../../canonical/json.js'
import type { CanonicalRequest } from '../../../canonical/request.js'
import { fieldPath } from '../../protocol.js'
import { refuse, type Scope } from './scope.js'

/** Fields that the wire has no place for, and whether leaving one out may change the answer. */
const WITHOUT_PLACE: readonly { readonly field: keyof CanonicalRequest; readonly semantic: boolean }[] = [
  { field: 'seed', semantic: true },
  { field: 'presencePenalty', semantic: true },
  { field: 'frequencyPenalty', semantic: true },
  { field: 'verbosity', semantic: true },
  { field: 'metadata', semantic: false },
]

/** Encodes sampling and stop sequences; `isThinking` when the request switches reasoning on. */
export function encodeSampling(scope: Scope, isThinking: boolean): JsonObject {
  const { request, target, warn } = scope
  const { temperature, topP, topK } = request
  const rule = target.traits.sampling
  const isFree = rule === 'free' || (rule !== 'fixed' && !isThinking)
  const reason = rule === 'fixed' ? 'The model refuses it.' : 'The vendor refuses it together with reasoning.'
  const sampling: Record<string, number> = {}
  const add = (field: 'temperature' | 'topP' | 'topK', name: string, value: number | undefined): void => {
    if (value === undefined) return
    if (isFree) sampling[name] = value
    else warn('dropped', fieldPath(field), reason, value !== 1)
  }
  const warmest = temperature === undefined ? undefined : Math.min(Math.max(temperature, 0), 1)
  if (isFree && warmest !== temperature) {
    warn('clamped', fieldPath('temperature'), 'The vendor takes temperatures from 0 to 1.', true)
  }
  add('temperature', 'temperature', warmest)
  add('topP', 'top_p', topP)
  add('topK', 'top_k', topK)
  return { ...sampling, ...encodeStop(scope) }
}

/** Warns of fields without a place, and refuses those that change what the answer is. */
export function refuseOrDrop(scope: Scope): void {
  const { request, warn } = scope
  const { state, candidateCount, logprobs } = request
  if (candidateCount !== undefined && candidateCount > 1) throw refuse(fieldPath('candidateCount'), scope)
  if (logprobs !== undefined) throw refuse(fieldPath('logprobs'), scope)
  if (state?.previousResponseId !== undefined) throw refuse('previous_response_id', scope)
  if (state?.conversation !== undefined) throw refuse('conversation', scope)
  if (state?.background === true) throw refuse('background', scope)
  if (state?.store === true) {
    warn('dropped', fieldPath('state'), 'The vendor keeps no answers.')
  }
  if (request.outputModalities?.includes('audio')) throw refuse(fieldPath('outputModalities'), scope)
  if (request.outputModalities?.some((modality) => modality !== 'text')) {
    warn('dropped', fieldPath('outputModalities'), 'The vendor answers in text only.', true)
  }
  for (const { field, semantic } of WITHOUT_PLACE) {
    if (request[field] !== undefined)
      warn('dropped', fieldPath(field), 'The vendor has no such field.', semantic)
  }
}

function encodeStop({ request, target, warn }: Scope): JsonObject {
  const stop = request.stop ?? []
  if (stop.length === 0) return {}
  if (target.traits.stop === false) {
    warn('dropped', fieldPath('stop'), 'The model refuses stop sequences.', true)
    return {}
  }
  const visible = stop.filter((text) => text.trim() !== '')
  if (visible.length < stop.length) {
    warn('dropped', fieldPath('stop'), 'The vendor refuses stop sequences of white space.', true)
  }
  return visible.length === 0 ? {} : { stop_sequences: visible }
}
