/** Names of what is kept for one account: no key of one account can be a key of another. */
export interface StateKeys {
  response(id: string): string
  /** Leads from an output item to its response. */
  item(id: string): string
  conversation(id: string): string
  /** There while somebody changes the conversation, or ends or deletes the background response. */
  lock(id: string): string
  /** There while a process works on the background response. */
  lease(id: string): string
  /** There when the background response is to be cancelled, wherever it runs. */
  cancel(id: string): string
  /** There when the background response was deleted, so that what still works on it writes nothing. */
  gone(id: string): string
  /** Events of a background stream, in pieces. */
  piece(id: string, index: number): string
}

/** The keys of one account. */
export function keysOf(accountId: string): StateKeys {
  const prefix = `responses:${encodeURIComponent(accountId)}:`
  return {
    response: (id) => `${prefix}response:${id}`,
    item: (id) => `${prefix}item:${id}`,
    conversation: (id) => `${prefix}conversation:${id}`,
    lock: (id) => `${prefix}lock:${id}`,
    lease: (id) => `${prefix}lease:${id}`,
    cancel: (id) => `${prefix}cancel:${id}`,
    gone: (id) => `${prefix}gone:${id}`,
    piece: (id, index) => `${prefix}events:${id}:${index}`,
  }
}

const ID = /^[A-Za-z0-9_.-]{1,200}$/

/** True for text that can be an id: whatever else a client sends names nothing, and never becomes part of a key. */
export function isStateId(text: unknown): text is string {
  return typeof text === 'string' && ID.test(text)
}
