import { asObject, asString, asText } from '../../../canonical/narrow.js'
import type { StreamPart } from '../../../canonical/stream.js'
import type { DecodeContext } from '../../protocol.js'
import { makeCallId, readSignature } from '../response/decode.js'
import { isCompleteJson } from '../response/finish.js'
import { asJsonText, type WireToolCall } from '../wire.js'
import type { Blocks } from './blocks.js'

/** The tool calls of a stream: fragments of several may come mixed. */
export interface Calls {
  /** True when the vendor has begun a call. */
  any(): boolean
  push(out: StreamPart[], fragment: WireToolCall, answerId: string): void
  /** Closes all. `cut`: the answer ended at a limit, so that the last arguments may be half. Gives the nameless ones. */
  close(out: StreamPart[], cut: boolean): number
}

interface Slot {
  readonly id: string
  readonly custom: boolean
  name: string
  key: number | null
  input: string
  signature: string | undefined
}

/** Creates {@link Calls}. A new call closes what the model was saying. */
export function createCalls(blocks: Blocks, context: DecodeContext): Calls {
  const slots: Slot[] = []
  const byIndex = new Map<unknown, Slot>()

  const create = (fragment: WireToolCall, answerId: string): Slot => {
    const slot: Slot = {
      id: asText(fragment.id) ?? makeCallId(answerId, slots.length, context),
      custom: asObject(fragment.custom) !== undefined || fragment.type === 'custom',
      name: '',
      key: null,
      input: '',
      signature: undefined,
    }
    slots.push(slot)
    if (typeof fragment.index === 'number') byIndex.set(fragment.index, slot)
    return slot
  }

  /** Servers count badly: no index, or index 0 for every call. */
  const find = (fragment: WireToolCall, name: string | undefined): Slot | undefined => {
    const id = asText(fragment.id)
    if (typeof fragment.index === 'number') {
      const slot = byIndex.get(fragment.index)
      const isOther =
        slot !== undefined &&
        id !== undefined &&
        id !== slot.id &&
        name !== undefined &&
        (slot.input !== '' || name !== slot.name)
      return isOther ? undefined : slot
    }
    const same = id === undefined ? undefined : slots.find((slot) => slot.id === id)
    if (same !== undefined || name !== undefined) return same
    return slots.at(-1)
  }

  const open = (out: StreamPart[], slot: Slot): void => {
    blocks.close(out)
    slot.key = blocks.nextKey()
    const { signature } = slot
    const state =
      signature === undefined
        ? undefined
        : ({ family: context.target.family, kind: 'thought-signature', data: signature } as const)
    const tool = slot.custom ? 'custom' : 'function'
    out.push({
      type: 'open',
      key: slot.key,
      block: { kind: 'tool', tool, id: slot.id, name: slot.name, ...(state === undefined ? {} : { state }) },
    })
    if (slot.input !== '') out.push({ type: 'delta', key: slot.key, text: slot.input })
  }

  const sign = (out: StreamPart[], slot: Slot, signature: string): void => {
    const isNew = slot.signature === undefined
    slot.signature = signature
    if (slot.key === null || !isNew) return
    const state = { family: context.target.family, kind: 'thought-signature', data: signature } as const
    out.push({ type: 'seal', key: slot.key, state })
  }

  return {
    any: () => slots.some((slot) => slot.key !== null),
    push(out, fragment, answerId) {
      const inner = asObject(fragment.custom) ?? asObject(fragment.function) ?? asObject(fragment) ?? {}
      const name = asText(inner['name'])
      const text = asString(inner['input']) ?? asJsonText(inner['arguments'])
      let slot = find(fragment, name)
      if (slot === undefined) {
        if (name === undefined && text === '' && asText(fragment.id) === undefined) return
        slot = create(fragment, answerId)
      }
      const signature = readSignature(fragment)
      if (signature !== undefined) sign(out, slot, signature)
      if (slot.name === '' && name !== undefined) slot.name = name
      if (slot.key === null && slot.name !== '') open(out, slot)
      slot.input += text
      if (slot.key !== null && text !== '') out.push({ type: 'delta', key: slot.key, text })
    },
    close(out, cut) {
      const last = slots.at(-1)
      for (const slot of slots) {
        if (slot.key === null) continue
        const half = cut && slot === last && !slot.custom && !isCompleteJson(slot.input)
        out.push({ type: 'close', key: slot.key, status: half ? 'incomplete' : 'complete' })
      }
      return slots.filter((slot) => slot.key === null).length
    },
  }
}
