import type { CancelSignal } from '../send/cancel-signal.js'
import type { JsonValue } from '../../canonical/json.js'

/** Header names in lower case. Node gives arrays for repeated headers. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Where the bytes of a request come from.
 * - a string or bytes: the raw body, already read;
 * - `{ json }`: a body that the host framework has already parsed (`express.json()`);
 * - a function: reads the raw body, at most `maxBytes`; rejects with `request_too_large` beyond that.
 */
export type RequestBody =
  | string
  | Uint8Array
  | { readonly json: JsonValue }
  | ((maxBytes: number) => Promise<Uint8Array | string>)
  | null

/** A request as plain data: what every adapter makes of its framework's own request. */
export interface GatewayRequest {
  /** Upper case. */
  readonly method: string
  /** Path with query, relative to the mount point; `/v1` is optional. */
  readonly path: string
  readonly headers: RequestHeaders
  readonly body: RequestBody
  /** Aborted when the client is gone. */
  readonly signal?: CancelSignal | undefined
  /**
   * What the host's framework calls its request, for code of the host's own: a request of Express, Fastify or node:http,
   * a `Context` of Hono, a `Request`. The gateway never looks at it.
   */
  readonly host?: unknown
}

/** A stream of a response body: pulled by the adapter, which is what makes back-pressure reach the upstream. */
export type ResponseStream = AsyncIterable<string | Uint8Array>

/** A response as plain data. */
export interface GatewayResponse {
  readonly status: number
  /** Header names in lower case. */
  readonly headers: Record<string, string>
  /** Whole body, or a stream to be written chunk by chunk, each flushed at once. Empty string for no body. */
  readonly body: string | Uint8Array | ResponseStream
}

/** Anything that can be mounted: the gateway, the console. Resolves always, never rejects. */
export interface Handler {
  handle(request: GatewayRequest): Promise<GatewayResponse>
}
