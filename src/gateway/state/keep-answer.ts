import { isJsonObject, type JsonObject, parseJson } from '../../canonical/json.js'
import { createTextDecoder } from '../../sse/text-decoder.js'
import type { GatewayResponse, ResponseStream } from '../http/http.js'
import type { Keeper } from './keeper.js'
import { createSummaryEditor } from './summary-stream.js'
import { editEvents, type EventEditor } from './stream-events.js'

/** Takes the next text of a stream; gives what goes out for it. */
export type EditText = (text: string) => string

/**
 * The answer as the client is to see it. A whole one is kept before it goes out; of a stream the last event goes out
 * at once, and only the end waits for what is still being written.
 */
export async function keepAnswer(
  response: GatewayResponse,
  keeper: Keeper,
  { summarizes }: { readonly summarizes: boolean },
): Promise<GatewayResponse> {
  const { body, status } = response
  if (status !== 200) return response
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
    const { edited, isChanged } = editWhole(text, keeper)
    if (edited === null) return response
    await keeper.keep(edited)
    return isChanged ? { ...response, body: JSON.stringify(edited) } : response
  }
  let keeping: Promise<void> | null = null
  const editor = {
    edit: keeper.edit(),
    onFinal: (final: JsonObject) => void (keeping ??= keeper.keep(final)),
  }
  const edit = createEditText(editor, { summarizes })
  return { ...response, body: editStream(body, edit, () => keeping) }
}

/** A whole answer as the client is to see it; null when it is none. */
export function editWhole(
  text: string,
  keeper: Keeper,
): { readonly edited: JsonObject | null; readonly isChanged: boolean } {
  const given = parseJson(text)
  if (!isJsonObject(given)) return { edited: null, isChanged: false }
  const edit = keeper.edit()
  return { edited: edit === undefined ? given : edit(given, true), isChanged: edit !== undefined }
}

/** An editor of the text of a stream. */
export function createEditText(
  editor: EventEditor,
  { summarizes }: { readonly summarizes: boolean },
): EditText {
  return summarizes ? createSummaryEditor(editor) : (text) => editEvents(text, editor)
}

function editStream(
  source: ResponseStream,
  edit: EditText,
  keeping: () => Promise<void> | null,
): ResponseStream {
  return {
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]()
      const decoder = createTextDecoder({ keepByteOrderMark: true })
      const take = (
        step: IteratorResult<string | Uint8Array>,
      ): IteratorResult<string> | Promise<IteratorResult<string>> => {
        if (step.done === true) return keeping()?.then(() => step) ?? step
        const text = typeof step.value === 'string' ? step.value : decoder.decode(step.value)
        return { done: false, value: edit(text) }
      }
      return {
        next: () => iterator.next().then(take),
        async return() {
          const result = await iterator.return?.()
          await keeping()
          return result ?? { done: true, value: undefined }
        },
      }
    },
  }
}
