import { type Gateway, GatewayError, parseUsd } from '../../src/index.js'
import type { ManageTask } from './arguments.js'
import { readConfigFile } from './config-file.js'
import { openGateway, readData } from './open-gateway.js'
import { openStores } from './stores.js'
import { CommandError, EXIT, type Terminal } from './terminal.js'

/** What an administrator asks, and of which configuration. */
export interface ManageOptions {
  readonly configPath: string
  readonly task: ManageTask
}

type Admin = Gateway['admin']

/** As the audit and the books name who used the command. */
const BY = { actor: 'command' } as const

/** Does one thing in the store of a configuration, and prints what came of it as JSON. */
export async function manage({ configPath, task }: ManageOptions, terminal: Terminal): Promise<void> {
  const data = readData(await readConfigFile(configPath), configPath)
  if ((data.store ?? 'memory') === 'memory')
    throw failed(`${configPath} names no store that outlives this command`, EXIT.usage)
  const opened = await openStores(data, terminal)
  try {
    // What calls owe is the server's business.
    const { admin } = openGateway({ ...data, stores: opened.stores, outbox: undefined }, configPath)
    terminal.print(JSON.stringify(await work(admin, task), null, 2))
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    throw failed(error.message, error.code === 'invalid_value' ? EXIT.usage : EXIT.failed)
  } finally {
    await opened.close()
  }
}

async function work(admin: Admin, task: ManageTask): Promise<unknown> {
  switch (task.type) {
    case 'create-account': {
      const { account: id, name } = task
      return await admin.accounts.create({ id, name, ...BY })
    }
    case 'create-key': {
      const { account: accountId, name } = task
      const created = known(await admin.keys.create({ accountId, name, ...BY }), accountId)
      const { hash: _hash, ...key } = created.key
      return { secret: created.secret, key }
    }
    case 'top-up': {
      const { account: accountId, externalId } = task
      const amountMicro = parseUsd(task.usd)
      if (amountMicro === null) throw failed(`--usd '${task.usd}' is no amount like 12.50`, EXIT.usage)
      const posted = known(await admin.money.topUp({ accountId, amountMicro, externalId, ...BY }), accountId)
      if (posted.outcome === 'conflict')
        throw failed(`'${externalId}' has been used for something else`, EXIT.failed)
      return posted
    }
    case 'verify': {
      const report = await admin.money.verifyLedger()
      if (report.problems.length === 0) return report
      const lines = report.problems.map(({ accountId, problem }) => `  ${accountId}: ${problem}`)
      throw failed(`the books do not add up\n${lines.join('\n')}`, EXIT.failed)
    }
  }
}

function known<T>(result: T | null, accountId: string): T {
  if (result === null) throw failed(`there is no account '${accountId}'`, EXIT.failed)
  return result
}

function failed(problem: string, exitCode: number): CommandError {
  return new CommandError(`crossmodel-gateway: ${problem}`, exitCode)
}
