import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineScript, type RedisCommands } from '../../../../adapters/stores/redis/client.js'
import { boundCommands } from '../../../../adapters/stores/redis/deadline.js'

const SCRIPT = defineScript('return 1')

/** Commands whose `run` is answered by hand, in the order of the calls. */
function heldCommands(): { commands: RedisCommands; answers: ((reply: unknown) => void)[] } {
  const answers: ((reply: unknown) => void)[] = []
  const commands: RedisCommands = {
    run: () => new Promise((resolve) => answers.push(resolve)),
    get: () => Promise.reject(new Error('unused')),
    set: () => Promise.reject(new Error('unused')),
    setIfAbsent: () => Promise.reject(new Error('unused')),
  }
  return { commands, answers }
}

/** A command that nobody answers. */
async function timeOut(start: () => Promise<unknown>): Promise<void> {
  const reason = start().catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(20)
  expect(await reason).toEqual(new Error('Redis does not answer within 20 ms.'))
}

describe('boundCommands', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('rejects a command that is not answered, and the next ones without asking', async () => {
    const { commands, answers } = heldCommands()
    const bounded = boundCommands(commands, 20)
    await timeOut(() => bounded.run(SCRIPT, [], []))
    await expect(bounded.run(SCRIPT, [], [])).rejects.toThrow('Redis does not answer')
    expect(answers).toHaveLength(1)
  })

  it('lets one command at a time find out whether the server is back', async () => {
    const { commands, answers } = heldCommands()
    const bounded = boundCommands(commands, 20)
    await timeOut(() => bounded.run(SCRIPT, [], []))
    await vi.advanceTimersByTimeAsync(20)
    const probe = bounded.run(SCRIPT, [], [])
    await expect(bounded.run(SCRIPT, [], [])).rejects.toThrow('Redis does not answer')
    expect(answers).toHaveLength(2)
    answers[1]?.('back')
    expect(await probe).toBe('back')
    const next = bounded.run(SCRIPT, [], [])
    answers[2]?.('again')
    expect(await next).toBe('again')
  })

  it('goes on as soon as an answer comes, and hands over one that came too late', async () => {
    const { commands, answers } = heldCommands()
    const bounded = boundCommands(commands, 20)
    const late: unknown[] = []
    await timeOut(() => bounded.run(SCRIPT, [], [], (reply) => late.push(reply)))
    answers[0]?.('late')
    await vi.advanceTimersByTimeAsync(0)
    expect(late).toEqual(['late'])
    const next = bounded.run(SCRIPT, [], [], (reply) => late.push(reply))
    answers[1]?.('in time')
    expect(await next).toBe('in time')
    expect(late).toEqual(['late'])
  })

  it('tells of an error without the command and its values', async () => {
    const failure = Object.assign(new Error('OOM'), { command: { args: ['a conversation'] } })
    const { commands } = heldCommands()
    const bounded = boundCommands({ ...commands, get: () => Promise.reject(failure) }, 20)
    const error: unknown = await bounded.get('key').catch((reason: unknown) => reason)
    expect(error).toEqual(new Error('Redis: OOM'))
    expect(Object.values(error as object)).toEqual([])
    expect((error as Error).cause).toBeUndefined()
  })
})
