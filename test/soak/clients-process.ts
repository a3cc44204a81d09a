import { writeFile } from 'node:fs/promises'
import { type Crowd, type CrowdOptions, startCrowd } from './clients.js'
import { serveMessages, watchProcess } from './messages.js'

const complaints = watchProcess()
let crowd: Crowd | undefined

serveMessages({
  start(options) {
    crowd = startCrowd(options as CrowdOptions)
  },
  count: () => crowd?.calls.length ?? 0,
  pause: () => crowd?.pause(),
  resume: () => crowd?.resume(),
  async stop(path) {
    await crowd?.stop()
    await writeFile(String(path), (crowd?.calls ?? []).map((call) => JSON.stringify(call)).join('\n'))
    return complaints.list
  },
})
