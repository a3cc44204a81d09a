import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

const files = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  )

/** Runs in browsers, and has a rule of its own. */
const PAGE = 'src/console/page/'
const isCode = (file: string): boolean => /\.tsx?$/.test(file)
const sources = [...files('src'), ...files('adapters')].filter(
  (file) => isCode(file) && !file.startsWith(PAGE),
)
const pageSources = files('src/console/page').filter(isCode)
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Imports and re-exports with their target as a path from the root, or as the package's name. */
function importsOf(file: string): Import[] {
  const statements = textOf(file).matchAll(
    /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gms,
  )
  return [...statements].map(([statement, type, specifier = '']) => ({
    from: file,
    to: specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, '.ts')
      : specifier,
    typeOnly: type !== undefined || isTypeOnlyList(statement),
  }))
}

function isTypeOnlyList(statement: string): boolean {
  const names = /\{([^}]*)\}/s.exec(statement)?.[1]
  if (names === undefined) return false
  const list = names.split(',').map((name) => name.trim())
  return list.filter((name) => name !== '').every((name) => name.startsWith('type '))
}

const imports = sources.flatMap(importsOf)

/** The room of a file: `src/protocols/gemini` is one of its own, other folders of `src` are rooms by name. */
function roomOf(file: string): string {
  const [top = '', room = '', inner = ''] = file.split('/')
  if (top === 'adapters') return `adapters/${room}`
  if (top !== 'src') return 'package'
  if (room === 'protocols' && inner !== '' && !inner.endsWith('.ts')) return `protocols/${inner}`
  return room.replace(/\.ts$/, '')
}

/** Rooms that a room may import, and those of which it may import types only. */
const ALLOWED: Readonly<
  Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }>
> = {
  errors: { values: [] },
  canonical: { values: [] },
  protocols: { values: ['canonical', 'errors'] },
  'protocols/translate': { values: ['canonical', 'errors', 'protocols'] },
  sse: { values: ['errors'], types: ['protocols'] },
  models: { values: ['errors', 'canonical'] },
  limits: { values: ['errors', 'canonical'] },
  balance: { values: ['errors', 'canonical'] },
  usage: { values: ['errors', 'canonical'] },
  keys: { values: ['errors', 'canonical'] },
  providers: { values: ['errors', 'canonical'] },
  state: { values: ['errors', 'canonical'] },
  routing: { values: ['errors', 'canonical'] },
  stores: { values: ['errors', 'canonical', 'keys', 'limits', 'balance', 'usage', 'state'] },
  console: {
    values: ['errors', 'canonical', 'gateway', 'keys', 'limits', 'balance', 'usage', 'models'],
  },
}
const CODECS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini']
const codecRule = { values: ['canonical', 'errors', 'protocols'] }

describe('who may import whom', () => {
  it('sees the imports it judges', () => {
    expect(imports.length).toBeGreaterThan(300)
    expect(imports.some(({ typeOnly }) => typeOnly)).toBe(true)
  })

  it('holds the table of rooms inside src', () => {
    const broken = imports.filter(({ from, to, typeOnly }) => {
      const [room, target] = [roomOf(from), roomOf(to)]
      if (!from.startsWith('src/') || target === 'package' || room === target) return false
      if (room === 'gateway' || room === 'index') return target.startsWith('adapters') || target === 'console'
      const codec = CODECS.some((name) => room === `protocols/${name}`)
      const rule = codec ? codecRule : ALLOWED[room]
      if (rule?.values.includes(target)) return false
      return !(typeOnly && rule !== undefined && 'types' in rule && rule.types?.includes(target))
    })
    expect(broken).toEqual([])
  })

  it('lets no adapter reach into src, nor into another adapter room than http', () => {
    const broken = imports.filter(({ from, to }) => {
      if (!from.startsWith('adapters/') || roomOf(to) === 'package' || roomOf(from) === roomOf(to))
        return false
      if (to === 'src/index.ts' || to === 'src/console/index.ts') return false
      return !(from.startsWith('adapters/command/') && to.startsWith('adapters/http/'))
    })
    expect(broken).toEqual([])
  })

  it('keeps zod in the wire files and the configuration, and eventsource-parser in one file', () => {
    const users = (name: string): string[] =>
      imports.filter(({ to }) => to === name || to.startsWith(`${name}/`)).map(({ from }) => from)
    expect(users('eventsource-parser')).toEqual(['src/sse/parse.ts'])
    const home = /\/wire(\/|\.ts)|config-schema\.ts$|^src\/console\/api\/schemas\//
    expect(users('zod').filter((file) => !home.test(file))).toEqual([])
  })

  it("lets the console's page have nothing but preact, uplot and the types of the API", () => {
    const packages = /^(?:preact|uplot)(?:\/|$)/
    const broken = pageSources.flatMap(importsOf).filter(({ to, typeOnly }) => {
      if (to.startsWith(PAGE)) return false
      if (to.startsWith('src/')) return !(typeOnly && to === 'src/console/api/types.ts')
      return !packages.test(to)
    })
    expect(pageSources.length).toBeGreaterThan(0)
    expect(broken).toEqual([])
  })
})

describe('what src never touches', () => {
  const inSrc = sources.filter((file) => file.startsWith('src/'))
  const code = (file: string): string => textOf(file).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')

  it('is free of the platform', () => {
    const platform = /from 'node:|\bprocess\.|\bBuffer\b|\bconsole\.|\brequire\(/
    expect(inSrc.filter((file) => platform.test(code(file)))).toEqual([])
  })

  it('takes the clock and randomness from one file', () => {
    const impure = /Date\.now\(|Math\.random\(|performance\.now\(|crypto\.getRandomValues/
    expect(inSrc.filter((file) => impure.test(code(file)))).toEqual(['src/gateway/defaults.ts'])
  })

  it('has no module-level mutable state', () => {
    const mutable =
      /^(?:export )?(?:let |var |const \w+(?:: [^=]+)? = new (?:Map|Set|WeakMap|LRUCache)(?:<[^>]*>)?\(\))/m
    expect(inSrc.filter((file) => mutable.test(code(file)))).toEqual([])
  })
})

describe('the tree', () => {
  it('has the same files in every protocol folder', () => {
    const names = ['index', 'wire', 'request', 'response', 'stream', 'error', 'vocabulary']
    const missing = CODECS.flatMap((codec) =>
      names
        .map((name) => `src/protocols/${codec}/${name}`)
        .filter((path) => !sources.some((file) => file === `${path}.ts` || file.startsWith(`${path}/`))),
    )
    expect(missing).toEqual([])
  })

  it('has no file over 400 lines, generated ones aside', () => {
    const long = sources.filter(
      (file) => textOf(file).split('\n').length > 400 && !textOf(file).startsWith('// Generated'),
    )
    expect(long).toEqual([])
  })
})
