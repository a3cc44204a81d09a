import { writeFile } from 'node:fs/promises'
import { serveMessages, watchProcess } from './messages.js'
import { type ChaosVendor, startChaosVendor } from './vendor.js'

const complaints = watchProcess()
let vendor: ChaosVendor | undefined

serveMessages({
  async start(seed) {
    vendor = await startChaosVendor(Number(seed))
    return vendor.url
  },
  count: () => vendor?.calls.length ?? 0,
  async stop(path) {
    await vendor?.close()
    await writeFile(String(path), (vendor?.calls ?? []).map((call) => JSON.stringify(call)).join('\n'))
    return [...complaints.list, ...(vendor?.complaints ?? [])]
  },
})
