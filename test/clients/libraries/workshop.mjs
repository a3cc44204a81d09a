import { execSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'

const text = { type: 'string' }

function objectOf(...names) {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, text])),
    required: names,
    additionalProperties: false,
  }
}

/** What an agent needs to correct a file, in no library's own form. */
export const TOOLS = [
  {
    name: 'bash',
    description: 'Runs a command',
    parameters: objectOf('command'),
    run: ({ command }) => execSync(command, { encoding: 'utf8' }),
  },
  {
    name: 'read',
    description: 'Reads a file',
    parameters: objectOf('path'),
    run: ({ path }) => readFileSync(path, 'utf8'),
  },
  {
    name: 'edit',
    description: 'Replaces text in a file',
    parameters: objectOf('path', 'old_string', 'new_string'),
    run: ({ path, old_string, new_string }) => {
      writeFileSync(path, readFileSync(path, 'utf8').replace(old_string, new_string))
      return 'done'
    },
  },
]

/** What the tool of that name answers. */
export function runTool(name, input) {
  return TOOLS.find((tool) => tool.name === name).run(input)
}

/** Where the gateway is, the protocol to speak, and the task. */
export const TASK = {
  url: process.env.GATEWAY_URL,
  apiKey: process.env.GATEWAY_KEY,
  model: process.env.GATEWAY_MODEL,
  speaks: process.argv[2],
  prompt: process.argv[3],
}

/** Ends the program with the agent's last words. */
export async function finish(answer) {
  process.stdout.write(`${await answer}\n`)
}
