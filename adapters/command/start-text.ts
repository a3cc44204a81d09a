import type { GatewayConfigData } from '../../src/index.js'
import { CONSOLE_PATH } from './console.js'

/** What `start` tells about. */
export interface Started {
  readonly url: string
  readonly key: string
  readonly config: GatewayConfigData
  readonly consoleToken: string
}

/** A request to try, for one client protocol. */
interface Sample {
  readonly path: string
  readonly authorization: (key: string) => string
  readonly body: object
}

const HELLO = [{ role: 'user', content: 'Hello' }]

const SAMPLES: readonly Sample[] = [
  {
    path: '/v1/chat/completions',
    authorization: (key) => `authorization: Bearer ${key}`,
    body: { model: 'simulated/chat', messages: HELLO },
  },
  {
    path: '/v1/responses',
    authorization: (key) => `authorization: Bearer ${key}`,
    body: { model: 'simulated/responses', input: 'Hello' },
  },
  {
    path: '/v1/messages',
    authorization: (key) => `x-api-key: ${key}`,
    body: { model: 'simulated/messages', max_tokens: 1000, messages: HELLO },
  },
]

/** Says where the gateway is, what it serves, and how to call it: one line of curl for each client protocol. */
export function describeStart({ url, key, config, consoleToken }: Started): readonly string[] {
  return [
    `crossmodel-gateway is ready at ${url}`,
    `Models:   ${config.models.map((model) => model.id).join(', ')}`,
    '          (simulated/… is no model: a built-in vendor that answers by fixed rules)',
    `Demo key: ${key}`,
    `Console:  ${url}${CONSOLE_PATH}/#/sign-in?token=${consoleToken}`,
    `Kept in:  ${config.store === 'memory' ? 'memory, until it ends' : config.store}`,
    '',
    ...SAMPLES.flatMap((sample) => [formatCurl(sample, url, key), '']),
    'Add "stream": true to any of them. Ctrl-C ends it.',
  ]
}

function formatCurl({ path, authorization, body }: Sample, url: string, key: string): string {
  const headers = `-H 'content-type: application/json' -H '${authorization(key)}'`
  return `curl -s ${url}${path} ${headers} -d '${JSON.stringify(body)}'`
}
