import type { UpstreamId } from '../upstreams.js'
import type { Fault } from '../vendor/faults.js'
import type { ClientId, LibraryId } from '../versions.js'

/** Chat has no place for the reasoning state of other protocols. */
export const FORGOTTEN_BY_CHAT: readonly UpstreamId[] = ['openai-responses', 'anthropic-messages', 'gemini']

/** Where a client runs, and what it may know of the gateway. */
export interface Site {
  /** An empty folder of its own. */
  readonly home: string
  readonly project: string
  /** Of the gateway, without a path. */
  readonly url: string
  readonly key: string
  /** As the gateway's catalogue names it. */
  readonly model: string
  readonly prompt: string
}

/** How a client is started. */
export interface Launch {
  /** Behind the program. */
  readonly arguments: readonly string[]
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Text by path, relative to the home folder. */
  readonly files?: Readonly<Record<string, string>> | undefined
}

/** A client that speaks one protocol. */
export interface Agent {
  readonly client: ClientId | LibraryId
  /** As the table names it. */
  readonly title: string
  readonly speaks: 'Chat' | 'Responses' | 'Messages'
  /** Names in `node_modules/.bin` or paths, the program first of which the others are arguments. */
  readonly program: readonly [string, ...string[]]
  /** What it gets over by itself, or the gateway for it. */
  readonly survives: readonly Fault[]
  /** A model that the client knows and treats in its own way: the gateway has it as an alias. */
  readonly alias?: string | undefined
  /** Upstreams that are left out. */
  readonly except?: readonly UpstreamId[] | undefined
  /** Upstreams whose reasoning state it does not bring back: the gateway keeps it (`stateCache`). */
  readonly forgets?: readonly UpstreamId[] | undefined
  /** It ends without a word when its conversation was compacted. */
  readonly silentAfterCompaction?: boolean | undefined
  readonly launch: (site: Site) => Launch
}
