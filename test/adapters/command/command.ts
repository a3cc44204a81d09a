import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { run } from '../../../adapters/command/run.js'
import type { Terminal } from '../../../adapters/command/terminal.js'

/** A configuration of one upstream, one model and one key. */
export function createConfig(baseUrl: string) {
  return {
    upstreams: { mine: { protocol: 'openai-chat', baseUrl, apiKey: 'vendor-secret' } },
    models: [{ id: 'mine/model', upstream: 'mine', model: 'm', price: 'free' }],
    accounts: [{ id: 'acme', balanceMicro: 1_000_000, keys: [{ key: 'cm-test-key-1' }] }],
    store: 'memory',
  }
}

/** A folder that lives as long as the test. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'crossmodel-gateway-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** Writes a file that lives as long as the test. */
export async function writeTemporary(text: string): Promise<string> {
  const path = join(await makeFolder(), 'gateway.json')
  await writeFile(path, text)
  return path
}

/** A command that runs in this process, as in a terminal. */
export interface Session {
  readonly output: readonly string[]
  readonly errors: readonly string[]
  /** Resolves with the first `http://…` that the command prints, or with what ended it before. */
  readonly ready: Promise<string>
  readonly exitCode: Promise<number>
  stop(): void
}

/** Runs a command line; the end of the test stops it. */
export function open(words: readonly string[], environment: Record<string, string> = {}): Session {
  const output: string[] = []
  const errors: string[] = []
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  let announce: (url: string) => void = () => undefined
  const announced = new Promise<string>((resolve) => {
    announce = resolve
  })
  const exitCode = run(words, {
    print: (line) => {
      output.push(line)
      const [url] = /http:\/\/[\w.:[\]-]+/.exec(line) ?? []
      if (url !== undefined) announce(url)
    },
    printError: (line) => errors.push(line),
    environment,
    stop: controller.signal,
  })
  onTestFinished(async () => {
    stop()
    await exitCode
  })
  const ended = exitCode.then((code) => `the command ended with ${code}: ${errors.join('\n')}`)
  return { output, errors, ready: Promise.race([announced, ended]), exitCode, stop }
}

/** Runs a command line that ends by itself. */
export async function runToEnd(
  words: readonly string[],
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  const session = open(words)
  const code = await session.exitCode
  return { code, output: session.output.join('\n'), errors: session.errors.join('\n') }
}

/** A terminal for what a command is made of. */
export function createTerminal(): Terminal & { readonly errors: readonly string[] } {
  const errors: string[] = []
  return {
    print: () => undefined,
    printError: (line) => errors.push(line),
    environment: {},
    stop: new AbortController().signal,
    errors,
  }
}

/** Sends a chat request through a gateway. */
export function postChat(
  url: string,
  key: string,
  body: { readonly model: string; readonly [field: string]: unknown },
) {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/** One message of a user. */
export function say(content: string) {
  return [{ role: 'user', content }]
}
