import { writeFile } from 'node:fs/promises'
import type { GatewayConfigData } from '../../src/index.js'
import { type RunningGateway, startGateway } from './gateway.js'
import { serveMessages, watchProcess } from './messages.js'

const complaints = watchProcess()
let gateway: RunningGateway | undefined

serveMessages({
  async start(config) {
    gateway = await startGateway(config as GatewayConfigData)
    return gateway.url
  },
  sample: () => gateway?.sample(),
  async stop(path) {
    const remains = await gateway?.stop()
    await writeFile(String(path), JSON.stringify(remains))
    return complaints.list
  },
})
