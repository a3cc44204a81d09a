#!/usr/bin/env node
import { run } from './run.js'

const stop = new AbortController()
// Once: a second signal ends the process at once, as if nobody listened.
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort())

const exitCode = await run(process.argv.slice(2), {
  print: (line) => console.log(line),
  printError: (line) => console.error(line),
  environment: process.env,
  stop: stop.signal,
})
// Pooled connections to vendors would hold the process for their keep-alive time.
process.exit(exitCode)
