import { afterEach, beforeEach, describe } from 'vitest'
import type { GatewayRequest } from '../../src/gateway/http/http.js'
import { defer } from './http-server.js'
import { describeRequests } from './mount-requests.js'
import { describeStreams } from './mount-streams.js'
import { type Mounted, type MountTarget, ok, type Stage, STREAM_HEADERS } from './mount-support.js'
import { describeWholeAnswers } from './mount-answers.js'

/** What every mount owes a handler and its clients. */
export function describeMount(target: MountTarget): void {
  describe(`mount ${target.name}`, () => {
    let mounted: Mounted
    const stage: Stage = {
      target,
      script: () => ok(''),
      request: (path, init) => mounted.request(path, init),
      post: (body, init) => mounted.request('/v1/call', { method: 'POST', body, ...init }),
      stream(body) {
        const asked = defer<GatewayRequest>()
        stage.script = (request) => {
          asked.resolve(request)
          return { status: 200, headers: STREAM_HEADERS, body }
        }
        return asked.promise
      },
    }
    beforeEach(async () => {
      mounted = await target.start({ handle: async (request) => await stage.script(request) })
    })
    afterEach(async () => {
      await mounted.close()
    })
    describeRequests(stage)
    describeWholeAnswers(stage)
    describeStreams(stage)
  })
}
