import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startSimulatedVendor } from '../adapters/command/simulated-vendor/index.js'
import {
  anthropicMessages,
  createGateway,
  type ErrorCode,
  type GatewayConfig,
  GatewayError,
  PROVIDERS,
} from '../src/index.js'
import { assertBuilt, runModule } from './examples/run-example.js'

const root = fileURLToPath(new URL('../', import.meta.url))
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8')
const readme = read('README.md')

const shell = promisify(execFile)
const hasCurl = spawnSync('curl', ['--version']).status === 0
if (!hasCurl) console.warn('The curl lines of the README are not tested: there is no curl.')

interface CodeBlock {
  readonly language: string
  readonly code: string
  /** The file that it must equal; named by a comment above the block. */
  readonly file: string | undefined
}

const FENCE = /(?:<!-- (?<file>\S+) -->\n\n)?```(?<language>\w*)\n(?<code>[^]*?)\n```/g
const blocks: readonly CodeBlock[] = [...readme.matchAll(FENCE)].map(({ groups = {} }) => ({
  language: groups['language'] ?? '',
  code: groups['code'] ?? '',
  file: groups['file'],
}))
const embedded = blocks.filter(({ file }) => file !== undefined)
const snippets = blocks.filter(({ file, language }) => file === undefined && language === 'js')
const curls = blocks
  .filter(({ code }) => code.startsWith('curl '))
  .map(({ code }) => ({ code, endpoint: /v1\S+/.exec(code)?.[0] }))

describe('the code in the README', () => {
  test('is there', () => {
    expect(embedded.length).toBeGreaterThanOrEqual(6)
    expect(snippets.length).toBeGreaterThanOrEqual(3)
    expect(curls).toHaveLength(3)
  })

  test.each(embedded)('$file is the file itself', ({ file = '', code }) => {
    expect(`${code}\n`).toBe(read(file))
  })

  test('examples/gateway.json is a configuration that a gateway takes', () => {
    const config = JSON.parse(read('examples/gateway.json')) as GatewayConfig
    expect(() => createGateway(config)).not.toThrow()
  })
})

describe('what the README tells to run', () => {
  beforeAll(assertBuilt)

  /** The Express example on a simulated vendor; gives a text with its address in place of the README's. */
  async function openExample(): Promise<(text: string) => string> {
    const vendor = await startSimulatedVendor()
    onTestFinished(() => vendor.close())
    const environment = { PORT: '0', UPSTREAM_URL: vendor.baseUrls['openai-chat'] }
    const url = await runModule({ file: `${root}examples/express.mjs` }, environment).url
    return (text) => text.replaceAll('http://127.0.0.1:3000/llm', url)
  }

  test.skipIf(!hasCurl).each(curls)('the curl line for $endpoint', async ({ code }) => {
    const relocate = await openExample()
    const { stdout } = await shell('sh', ['-c', relocate(code)])
    expect(JSON.parse(stdout)).toMatchObject({ model: 'openai/gpt-5.5' })
    expect(stdout).toContain('You said: \\"Hello\\"')
  })

  test.each(snippets)('snippet %# prints what its comments say', async ({ code }) => {
    const relocate = await openExample()
    const snippet = runModule({ text: relocate(code) })
    expect({ exitCode: await snippet.exited, errors: snippet.errors() }).toEqual({ exitCode: 0, errors: '' })
    const promised = [...code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, value]) => value)
    expect(promised.length).toBeGreaterThan(0)
    expect(snippet.output().trimEnd().split('\n')).toEqual(promised)
  })
})

describe('what the README lists', () => {
  /** Names of the fields of all interfaces in a file. */
  const fieldsOf = (path: string): readonly string[] => [
    ...new Set([...read(path).matchAll(/readonly (\w+)\??:/g)].map(([, name = '']) => name)),
  ]
  const notInConfiguration = new Set(['path', 'message', 'problems', 'secret', 'input', 'output', 'name'])

  test('every field of the configuration and of a price', () => {
    const fields = [...fieldsOf('src/gateway/config/config.ts'), ...fieldsOf('src/canonical/price.ts')]
    const named = new Set(
      [...readme.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.match(/\w+/g) ?? []),
    )
    expect(fields.length).toBeGreaterThan(50)
    expect(fields.filter((field) => !named.has(field) && !notInConfiguration.has(field))).toEqual([])
  })

  test('every vendor with its protocols and base URLs', () => {
    const rows = Object.values(PROVIDERS).map(({ id, displayName, endpoints }) => {
      const served = endpoints.map(({ protocol, baseUrl }) => `${protocol} \`${baseUrl}\``).join(', ')
      return `| \`${id}\` | ${displayName} | ${served} |`
    })
    expect(readme.match(/^\| `[\w-]+` \| [^|]+ \| (?:openai|anthropic|gemini)[\w-]* `http.*$/gm)).toEqual(
      rows,
    )
  })

  test('every error code with its status and both types', () => {
    const codes = [...read('src/errors.ts').matchAll(/^ {2}(\w+): \{ status/gm)].map(([, code]) => code)
    const rows = readme.matchAll(/^\| (\d{3})(?: \((\d{3})\))? \| (.+) \| `(\w+)` \| `(\w+)` \|$/gm)
    const listed = [...rows].flatMap(([, status, inAnthropic = status, list = '', type, anthropicType]) =>
      [...list.matchAll(/\w+/g)].map(([code]) => ({ code, status, inAnthropic, type, anthropicType })),
    )
    const facts = codes.map((code) => {
      const error = new GatewayError(code as ErrorCode, 'm')
      const { client } = anthropicMessages
      const body = client?.encodeError(error, 'r') as { error: { type: string } } | undefined
      const inAnthropic = client?.statuses?.[error.code] ?? error.status
      return {
        code,
        status: String(error.status),
        inAnthropic: String(inAnthropic),
        type: error.type,
        anthropicType: body?.error.type,
      }
    })
    const byCode = (errors: readonly { readonly code?: string | undefined }[]) =>
      [...errors].sort((one, other) => String(one.code).localeCompare(String(other.code)))
    expect(byCode(listed)).toEqual(byCode(facts))
  })
})

test('every link of the README leads somewhere', () => {
  const anchors = new Set(
    [...readme.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  const broken = links.filter((link) =>
    link.startsWith('#') ? !anchors.has(link.slice(1)) : !existsSync(`${root}${link}`),
  )
  expect(links.length).toBeGreaterThan(20)
  expect(broken).toEqual([])
})
