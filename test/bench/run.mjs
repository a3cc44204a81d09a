// node test/bench/run.mjs [--rounds N] [--only name]: CPU time of the gateway against a bare node:http proxy,
// medians of interleaved rounds. Figures of one run compare with each other only.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { printGrowth } from './growth.mjs'
import { send, sendMany } from './load.mjs'
import { chatRequest, messagesRequest } from './requests.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    only: { type: 'string' },
    streams: { type: 'string', default: '1000' },
  },
})
const EVENTS = 203
const here = (file) => fileURLToPath(new URL(file, import.meta.url))

/** Forks a server of this folder; resolves when it listens. */
async function start(file, ...args) {
  const child = fork(here(file), args.map(String), { execArgv: ['--expose-gc'] })
  const { port } = await new Promise((resolve) => child.once('message', resolve))
  const ask = (question) => new Promise((resolve) => (child.once('message', resolve), child.send(question)))
  return { port, ask, stop: () => child.kill() }
}

const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1]
const percentile = (numbers, share) =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length * share)]

/** CPU microseconds per unit of one burst. */
async function burst(server, request, load) {
  const before = await server.ask('cpu')
  await sendMany(server.port, request, load)
  const after = await server.ask('cpu')
  return (after.cpuMicros - before.cpuMicros) / (load.count * (load.units ?? 1))
}

const upstream = await start('./upstream.mjs')
const bare = await start('./bare-proxy.mjs', upstream.port)
const gateway = await start('./gateway.mjs', upstream.port)

const json = { count: 1200, connections: 16 }
const sse = { count: 60, connections: 8, units: EVENTS }
const paced = { count: 30, connections: 30, units: EVENTS }
const SCENARIOS = [
  ['JSON, same protocol', json, chatRequest('bench/chat'), chatRequest('bench/chat'), 0.85],
  [
    'JSON 50 KB, same protocol',
    { count: 300, connections: 16 },
    chatRequest('bench/chat', { bytes: 50_000 }),
    chatRequest('bench/chat', { bytes: 50_000 }),
    null,
  ],
  ['JSON, Messages client, Chat vendor', json, chatRequest('bench/chat'), messagesRequest('bench/chat'), 1],
  [
    'JSON, Chat client, Messages vendor',
    json,
    messagesRequest('bench/messages'),
    chatRequest('bench/messages'),
    1,
  ],
  [
    'SSE chunk, same protocol',
    sse,
    chatRequest('bench/chat', { stream: true }),
    chatRequest('bench/chat', { stream: true }),
    1,
  ],
  [
    'SSE chunk, Messages client, Chat vendor',
    sse,
    chatRequest('bench/chat', { stream: true }),
    messagesRequest('bench/chat', { stream: true }),
    1.25,
  ],
  [
    'SSE chunk, Chat client, Messages vendor',
    sse,
    messagesRequest('bench/messages', { stream: true }),
    chatRequest('bench/messages', { stream: true }),
    1.25,
  ],
  [
    'paced SSE chunk, same protocol',
    paced,
    chatRequest('bench/chat', { stream: true, pace: 5 }),
    chatRequest('bench/chat', { stream: true, pace: 5 }),
    null,
  ],
]
const wanted = (name) => values.only === undefined || name.includes(values.only)

for (const [name, load, bareRequest, gatewayRequest, budget] of SCENARIOS.filter((row) => wanted(row[0]))) {
  try {
    await burst(bare, bareRequest, load)
    await burst(gateway, gatewayRequest, load)
    const pairs = []
    for (let round = 0; round < Number(values.rounds); round++) {
      pairs.push([await burst(bare, bareRequest, load), await burst(gateway, gatewayRequest, load)])
    }
    const ratio = median(pairs.map(([floor, own]) => own / floor))
    const [floor, own] = [0, 1].map((side) => median(pairs.map((pair) => pair[side])))
    console.log(
      `${name}: bare ${floor.toFixed(1)} µs, gateway ${own.toFixed(1)} µs, ratio ${ratio.toFixed(2)}${budget ? ` (budget ${budget})` : ''}`,
    )
  } catch (error) {
    console.log(`${name}: ${error.message}`)
  }
}

if (wanted('latency')) {
  const request = chatRequest('bench/chat', { stream: true })
  const times = { bare: [], gateway: [] }
  for (let round = 0; round < 400; round++) {
    times.bare.push(await send(bare.port, request))
    times.gateway.push(await send(gateway.port, request))
  }
  const of = (side, share) =>
    percentile(
      times[side].map(({ firstMs }) => firstMs),
      share,
    )
  console.log(
    `latency, one connection, time to first byte: added p50 ${(of('gateway', 0.5) - of('bare', 0.5)).toFixed(2)} ms, added p99 ${(of('gateway', 0.99) - of('bare', 0.99)).toFixed(2)} ms (budget 1)`,
  )
}

if (wanted('memory')) {
  const streams = Number(values.streams)
  for (const [side, server] of [
    ['bare', bare],
    ['gateway', gateway],
  ]) {
    const before = (await server.ask('collect')).rssBytes
    const peaks = []
    for (let wave = 0; wave < 3; wave++) {
      const running = sendMany(server.port, chatRequest('bench/chat', { stream: true, pace: 20 }), {
        count: streams,
        connections: streams,
      })
      await new Promise((resolve) => setTimeout(resolve, 3500))
      peaks.push((await server.ask('memory')).rssBytes)
      await running
    }
    console.log(
      `memory, ${streams} paced streams, ${side}: ${peaks.map((peak) => `${((peak - before) / streams / 1024).toFixed(0)} KB`).join(', ')} each over three waves (budget 60, flat)`,
    )
  }
}

for (const server of [gateway, bare, upstream]) server.stop()
if (wanted('growth')) printGrowth()
