import type { ClientWire, Protocol, UpstreamWire } from '../protocol.js'
import { decodeError, encodeError, encodeStreamError } from './error/index.js'
import { createEmbeddings } from './embeddings.js'
import {
  borrowed,
  decodeRequest,
  dropForeignState,
  encodeRequest,
  inspectRequest,
  isPlain,
  routeRequest,
} from './request/index.js'
import { decodeResponse, encodeResponse } from './response/index.js'
import {
  createStreamDecoder,
  createStreamEncoder,
  notable,
  observeEvent,
  observeResponse,
  outputText,
  responseText,
} from './stream/index.js'
import { FALLBACK_FIELDS, fieldNames } from './vocabulary.js'

const client: ClientWire = {
  inspectRequest,
  routeRequest,
  dropForeignState,
  fieldNames,
  fallbackFields: FALLBACK_FIELDS,
  partlyKnown: new Set(['reasoning', 'thinking', 'prompt_cache_options', 'stream_options']),
  encodeError,
  encodeStreamError,
  keepAlive: () => ': keepalive\n\n',
  nested: false,
  borrowed,
  isPlain,
}

const upstream: UpstreamWire = {
  endpoint: () => '/chat/completions',
  forwardedHeaders: ['openai-beta', 'x-client-request-id', 'x-grok-conv-id'],
  defaultHeaders: {},
  returnedHeaders: ['openai-processing-ms', 'openai-version', 'openai-model'],
  notable,
  outputText,
  observeEvent,
  observeResponse,
  responseText,
  takesUrl: (kind) => kind !== 'document',
  tools: {
    name: /^[A-Za-z0-9_-]+$/,
    maxNameLength: 64,
    callId: /^[\x21-\x7e]{1,64}$/,
    customTools: true,
    namespaces: false,
  },
}

/** OpenAI Chat Completions: for clients, and for every vendor that speaks it or a dialect of it. */
export const openaiChat: Protocol = {
  id: 'openai-chat',
  client,
  upstream,
  embeddings: createEmbeddings(client, upstream),
  decodeRequest,
  encodeRequest,
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
}
