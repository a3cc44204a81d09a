// The gateway with everything on: keys, RPM, TPM, hold, settle, usage records; memory store, bare Node mount.
import { createServer } from 'node:http'
import { createGateway } from 'crossmodel-gateway'
import { toNode } from 'crossmodel-gateway/node'
import { serveFigures } from './figures.mjs'
import { KEY } from './requests.mjs'

const base = `http://127.0.0.1:${process.argv[2]}`
const price = { inputMicroPer1M: 1_250_000, outputMicroPer1M: 10_000_000, cacheReadMicroPer1M: 125_000 }
const gateway = createGateway({
  upstreams: {
    chat: { protocol: 'openai-chat', baseUrl: `${base}/v1`, apiKey: 'upstream-key' },
    messages: { protocol: 'anthropic-messages', baseUrl: base, apiKey: 'upstream-key' },
  },
  models: [
    { id: 'bench/chat', upstream: 'chat', model: 'bench-model', maxOutputTokens: 4096, price },
    { id: 'bench/messages', upstream: 'messages', model: 'bench-model', maxOutputTokens: 4096, price },
  ],
  accounts: [
    {
      id: 'bench',
      balanceMicro: 1e15,
      keys: [{ key: KEY, rpm: 1_000_000_000, tpm: 1_000_000_000_000, concurrency: 100_000 }],
    },
  ],
})
const server = createServer(toNode(gateway))
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => serveFigures(server.address().port))
