import { describe, expect, it } from 'vitest'
import { createCommands, defineScript } from '../../../../adapters/stores/redis/client.js'

const SCRIPT = defineScript('return 1')

/** A client that refuses a script by its SHA-1 with this message and runs it by its text. */
function refusingClient(message: string): { commands: string[][]; run: () => Promise<unknown> } {
  const commands: string[][] = []
  const client = createCommands({
    customCommand(command) {
      commands.push(command)
      return command[0] === 'EVALSHA' ? Promise.reject(new Error(message)) : Promise.resolve('ran')
    },
  })
  return { commands, run: () => client.run(SCRIPT, ['key'], ['value']) }
}

describe('createCommands', () => {
  it('names scripts by their SHA-1', () => {
    expect(SCRIPT.sha).toBe('e0e1f9fabfc9d4800c877a703b823ac0578ff8db')
  })

  it.each(['NOSCRIPT No matching script.', 'An error was signalled: - NoScriptError: No matching script'])(
    'sends the text of a script that the server does not know: %s',
    async (message) => {
      const { commands, run } = refusingClient(message)
      expect(await run()).toBe('ran')
      expect(commands).toEqual([
        ['EVALSHA', SCRIPT.sha, '1', 'key', 'value'],
        ['EVAL', 'return 1', '1', 'key', 'value'],
      ])
    },
  )

  it('sends a script once when something else went wrong', async () => {
    const { commands, run } = refusingClient('OOM command not allowed')
    await expect(run()).rejects.toThrow('OOM')
    expect(commands).toHaveLength(1)
  })
})
