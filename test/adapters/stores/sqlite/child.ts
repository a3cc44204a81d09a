import { once } from 'node:events'
import { openSqlite, openSqliteOutbox, type SqliteStores } from '../../../../adapters/stores/sqlite/index.js'
import { EXPIRES_AT, holdRequest, usageRecord } from '../../../contracts/samples.js'
import { CHAT, chatAnswer } from '../../../support/calls.js'
import { refuseConnection, replaceMethods } from '../../../support/replace-methods.js'
import { createTestGateway } from '../../../support/test-gateway.js'

/** What a process of the tests does with a file when it is told to go. It is run from a bundle: see `processes.ts`. */
const TASKS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  /** Opens the file, which may mean to migrate it, and closes it. */
  async open(path) {
    const stores = await openSqlite({ path })
    await stores.close()
    return 'opened'
  },
  /** Opens without any driver to be had. */
  async driverless(path) {
    Object.assign(process, { getBuiltinModule: () => undefined })
    return openSqlite({ path }).then(
      () => 'opened',
      (error: unknown) => String(error),
    )
  },
  /** Places 100 holds of 100; answers how many passed. */
  async hold(path) {
    const stores = await openSqlite({ path })
    let passed = 0
    for (let index = 0; index < 100; index += 1) {
      const request = holdRequest({ holdId: `${process.pid}-${index}`, amountMicro: 100 })
      if ((await stores.ledger.hold(request)).ok) passed += 1
      // Both processes are to be at it at the same time.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await stores.close()
    return passed
  },
  /** Answers three calls whose ledger takes holds but settles nothing; tells the id of each one that was answered. */
  async 'answer-and-owe'(path) {
    const stores = await openSqlite({ path })
    replaceMethods(stores.ledger, { settle: refuseConnection })
    const outbox = await openSqliteOutbox({ path: `${path}.outbox` })
    const tested = createTestGateway({ stores, outbox })
    tested.vendor.always(chatAnswer({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }))
    for (let index = 0; index < 3; index += 1) {
      const { headers } = await tested.post(CHAT.path, CHAT.request())
      process.send?.(headers['x-request-id'])
    }
    // Nothing more comes: here it is killed.
    await once(process, 'message')
  },
  /** Serves calls until it is killed, and tells of each one when all of it has been answered. */
  async serve(path) {
    const stores = await openSqlite({ path })
    for (let index = 0; ; index += 1) {
      const id = `${process.pid}-${index}`
      await serveCall(stores, id)
      process.send?.(id)
      await new Promise((resolve) => setImmediate(resolve))
    }
  },
}

async function serveCall({ ledger, usage }: SqliteStores, id: string): Promise<void> {
  // A call that is never settled, as when its client is lost.
  await ledger.hold(holdRequest({ holdId: `lost-${id}`, amountMicro: 1, expiresAt: EXPIRES_AT }))
  await ledger.hold(holdRequest({ holdId: id, scopes: [{ scope: 'key:key_1', limits: [] }] }))
  await ledger.settle(id, 3)
  await usage.append(usageRecord({ requestId: id, costMicro: 3 }))
}

const [task = '', path = ''] = process.argv.slice(2)
const run = TASKS[task]
if (run === undefined) throw new Error(`no such task: ${task}`)
process.send?.('ready')
await once(process, 'message')
process.send?.(await run(path))
process.disconnect()
