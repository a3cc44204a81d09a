import { setTimeout as sleep } from 'node:timers/promises'
import { ACCOUNTS, type Account } from './accounts.js'
import type { Fleet } from './fleet.js'
import { attempt, type Attempt, type Order } from './order.js'
import type { Random } from './random.js'

/** How clients behave. */
export interface Crowd {
  readonly clients: number
  readonly random: Random
  /** Most words of an answer. */
  readonly words: number
  /** Keyed orders are tried again for so long. */
  readonly patienceMs: number
  /** True when no new order shall begin. */
  readonly isOver: () => boolean
}

const RETRY_MS = 300
/** What was refused for want of money or slots is no hurry. */
const REFUSED_MS = 1000
const KEYED_SHARE = 0.4
const STREAMED_SHARE = 0.6
const LEAVING_SHARE = 0.12
const REPEATED_SHARE = 0.4

/** Lets clients order one thing after the other until it is over; answers all that they tried. */
export async function runClients(fleet: Pick<Fleet, 'running'>, crowd: Crowd): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = []
  const one = async (order: Order): Promise<Attempt | null> => {
    const instance = crowd.random.pick(fleet.running())
    if (instance === undefined) return null
    const made = await attempt(order, instance)
    attempts.push(made)
    return made
  }
  const work = async (client: number): Promise<void> => {
    await sleep(crowd.random.between(0, 500))
    for (let number = 0; !crowd.isOver(); number += 1) {
      const order = createOrder(accountOf(client), `${client}_${number}`, crowd)
      const last = await fulfil(order, crowd, one)
      if (last?.end !== 'whole') await sleep(last?.end === 'refused' ? REFUSED_MS : RETRY_MS)
    }
  }
  await Promise.all(Array.from({ length: crowd.clients }, (_, client) => work(client)))
  return attempts
}

function createOrder(account: Account, number: string, { random, words }: Crowd): Order {
  const script = {
    marker: `${account.id}_${number}`,
    words: random.between(1, words),
    wordMs: random.between(20, 60),
  }
  // Whoever leaves gives back a slot before the vendor has noticed: where slots are counted, nobody leaves.
  const leaves = account.concurrency === null && random.next() < LEAVING_SHARE
  return {
    account,
    script,
    streamed: random.next() < STREAMED_SHARE,
    keyed: random.next() < KEYED_SHARE,
    leavesAfterMs: leaves ? random.between(1, script.words * script.wordMs) : null,
  }
}

type SendOne = (order: Order) => Promise<Attempt | null>

/** One attempt, or, with a key, as many as it takes, and sometimes one more. */
async function fulfil(order: Order, { random, patienceMs }: Crowd, send: SendOne): Promise<Attempt | null> {
  const deadline = Date.now() + patienceMs
  let last = await send(order)
  if (!order.keyed) return last
  while (isWorthARetry(last) && Date.now() < deadline) {
    await sleep(RETRY_MS)
    last = await send({ ...order, leavesAfterMs: null })
  }
  return last?.end === 'whole' && random.next() < REPEATED_SHARE
    ? await send({ ...order, leavesAfterMs: null })
    : last
}

/** A refusal for want of money will be the same the next time. */
function isWorthARetry(last: Attempt | null): boolean {
  if (last === null) return true
  return last.end !== 'whole' && last.mayRetry && last.status !== 402
}

/** Clients use the accounts by their shares. */
function accountOf(client: number): Account {
  const users = ACCOUNTS.flatMap((account) => Array.from({ length: account.share }, () => account))
  const account = users[client % users.length]
  if (account === undefined) throw new Error('there are no accounts')
  return account
}
