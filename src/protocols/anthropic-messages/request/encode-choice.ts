import type { JsonObject } from '../../../canonical/json.js'
import type { ToolChoice } from '../../../canonical/request.js'
import { fieldPath } from '../../protocol.js'
import { PROTOCOL } from '../wire/index.js'
import type { Scope } from './scope.js'

/** How tools are to be called: on the wire, and in words where the wire has none. */
export interface EncodedChoice {
  readonly choice?: JsonObject | undefined
  /** Instruction that stands in for a choice that the model refuses. */
  readonly reminder?: string | undefined
}

const PATH = fieldPath('toolChoice')

/** Encodes `tool_choice`, parallel calls included. `hasTools`: the vendor takes a choice only beside tools. */
export function encodeChoice(scope: Scope, hasTools: boolean): EncodedChoice {
  const { toolChoice, parallelToolCalls } = scope.request
  if (!hasTools) {
    if (toolChoice !== undefined && toolChoice.type !== 'none' && toolChoice.type !== 'auto') {
      scope.warn('dropped', PATH, 'There is no tool to choose.')
    }
    return {}
  }
  const encoded = toolChoice === undefined ? {} : encodeType(toolChoice, scope)
  if (parallelToolCalls !== false || toolChoice?.type === 'none') return encoded
  return {
    ...encoded,
    choice: { ...(encoded.choice ?? { type: 'auto' }), disable_parallel_tool_use: true },
  }
}

/** True for a choice that makes the model call a tool. */
export function isForced(choice: JsonObject | undefined): boolean {
  return choice?.type === 'any' || choice?.type === 'tool'
}

function encodeType(choice: ToolChoice, scope: Scope): EncodedChoice {
  switch (choice.type) {
    case 'auto':
    case 'none':
      return { choice: { type: choice.type } }
    case 'required':
      return forced({ type: 'any' }, 'Call at least one of the tools in this turn.', scope)
    case 'tool': {
      const { name } = choice.tool
      return forced({ type: 'tool', name }, `Call the tool ${name} in this turn.`, scope)
    }
    case 'allowed': {
      const names = choice.tools.map(({ name }) => name).join(', ')
      scope.warn('emulated', PATH, 'The model is told in words which tools it may call.', true)
      const reminder = `Of the tools, call only these: ${names}.`
      if (choice.mode === 'auto') return { choice: { type: 'auto' }, reminder }
      const any = forced({ type: 'any' }, 'Call at least one of them in this turn.', scope)
      return { ...any, reminder: [reminder, any.reminder ?? ''].join(' ').trim() }
    }
    case 'provider':
      if (choice.protocol === PROTOCOL) {
        const { disable_parallel_tool_use: _, ...value } = choice.value
        return { choice: value }
      }
      scope.warn('dropped', PATH, 'The vendor has no such choice of tools.', true)
      return {}
  }
}

function forced(choice: JsonObject, reminder: string, { target, warn }: Scope): EncodedChoice {
  if (target.traits.forcedToolChoice !== false) return { choice }
  warn('emulated', PATH, 'The model refuses a forced tool call; it is asked for one in words.', true)
  return { choice: { type: 'auto' }, reminder }
}
