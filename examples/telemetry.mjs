// @ts-check
// Spans, metrics and a line of JSON for every call, in an Express app: /llm, /metrics, /llm/healthz and /llm/readyz.
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import express from 'express'
import { pino } from 'pino'
import { combineHooks, createGateway } from 'crossmodel-gateway'
import { toExpress } from 'crossmodel-gateway/express'
import { logs } from 'crossmodel-gateway/logs'
import { openTelemetry } from 'crossmodel-gateway/opentelemetry'
import { prometheus } from 'crossmodel-gateway/prometheus'

const { OPENAI_API_KEY, UPSTREAM_URL, CROSSMODEL_API_KEY = 'cm-demo-key', PORT = '3000' } = process.env

// An app whose OpenTelemetry is set up says `openTelemetry()`, and its spans and metrics go where its others go.
const tracers = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())],
})
const metrics = prometheus({ upstreams: () => gateway.admin.upstreams.health() })

const gateway = createGateway({
  upstreams: { openai: { vendor: 'openai', apiKey: OPENAI_API_KEY, baseUrl: UPSTREAM_URL } },
  models: [{ id: 'openai/*', upstream: 'openai' }],
  accounts: [{ id: 'acme', balanceMicro: 5_000_000, keys: [{ key: CROSSMODEL_API_KEY }] }],
  hooks: combineHooks(
    openTelemetry({ tracer: tracers.getTracer('gateway') }),
    metrics.hooks,
    logs({ logger: pino() }),
  ),
})

const app = express()
app.use('/llm', toExpress(gateway))
app.use('/metrics', toExpress(metrics.handler)) // shows what you earn: put your own guard before it

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port}/llm`)
})
