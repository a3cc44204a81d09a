import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import * as api from '../src/index.js'
import { assertBuilt } from './examples/run-example.js'

const root = fileURLToPath(new URL('../', import.meta.url))

interface Conditions {
  readonly [condition: string]: string
}

interface Manifest {
  readonly engines: { readonly node: string }
  readonly files: readonly string[]
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Conditions>>
  readonly imports: Readonly<Record<string, Conditions>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest

/** Everything that is public and exists at run time. A change here is a change of the API: make it on purpose. */
const PUBLIC = [
  'ConfigError',
  'EMPTY_TOTALS',
  'EMPTY_WALLET',
  'GatewayError',
  'INTERNAL_ANSWER',
  'MediaFault',
  'PICO_PER_MICRO',
  'PROVIDERS',
  'UpstreamFault',
  'accumulate',
  'addTotals',
  'affordableOutputTokens',
  'answerFetch',
  'anthropicMessages',
  'assertMicro',
  'auditProblems',
  'bucketStatus',
  'changeRecord',
  'checkApiKeyFormat',
  'clientGone',
  'combineHooks',
  'compareUsageRecords',
  'completeUsage',
  'consumedBody',
  'corruptCoding',
  'costMicro',
  'createAccumulator',
  'createApiKey',
  'createCancelSource',
  'createCodecContext',
  'createEventAligner',
  'createGateway',
  'createMemoryOutbox',
  'createMemoryStore',
  'createModelResolver',
  'createRedactor',
  'createSseParser',
  'createStreamTranslator',
  'createTokenCounter',
  'dayStart',
  'decideLimits',
  'earliestStart',
  'endUserScope',
  'estimateInputTokens',
  'estimateTokens',
  'extendHold',
  'formatSseComment',
  'formatSseData',
  'formatSseEvent',
  'formatUsd',
  'gemini',
  'getProvider',
  'hashKey',
  'holdAmount',
  'isFull',
  'isJsonObject',
  'isMicro',
  'keyHint',
  'keyScope',
  'ledgerCsv',
  'limitMessage',
  'lookUpSnapshot',
  'matchesUsageFilter',
  'mergeUsage',
  'modelTraits',
  'monthStart',
  'normalizeModelId',
  'openaiChat',
  'openaiResponses',
  'parseConfig',
  'parseJson',
  'parseModelId',
  'parseSse',
  'parseUsd',
  'pathOf',
  'picoCost',
  'placeHold',
  'postMoney',
  'priceFor',
  'reconcileTokens',
  'recordTotals',
  'relativePath',
  'releaseHold',
  'returnTokens',
  'roundUpToMicro',
  'scalePrice',
  'settleHold',
  'sortUsageGroups',
  'spendDay',
  'spendQuestions',
  'splitUsage',
  'sumWindows',
  'takeTokens',
  'toAbortSignal',
  'toFetch',
  'tooLarge',
  'transcode',
  'translateError',
  'translateRequest',
  'translateResponse',
  'unfoldResponse',
  'unknownCoding',
  'usageCsv',
  'usageGroup',
  'utcDate',
  'verifyLedger',
  'weekStart',
  'windowTotals',
]

describe('the public API', () => {
  test('has exactly these run-time exports', () => {
    expect(Object.keys(api).sort()).toEqual(PUBLIC)
  })

  test.each(['Express', 'Fastify', 'Hono', 'Node'])('mounts in %s by one function', async (name) => {
    const adapter = (await import(`../adapters/http/${name.toLowerCase()}.ts`)) as Record<string, unknown>
    expect(adapter[`to${name}`]).toBeTypeOf('function')
  })
})

describe('the built package', () => {
  beforeAll(assertBuilt)

  const targets = (entry: string | Conditions): readonly string[] =>
    typeof entry === 'string' ? [entry] : Object.values(entry)

  test('exports the same names as the sources', async () => {
    const built = (await import(`${root}dist/src/index.js`)) as object
    expect(Object.keys(built).sort()).toEqual(PUBLIC)
  })

  test.each(Object.entries({ ...manifest.exports, ...manifest.imports }))(
    'has the files of %s',
    (_, entry) => {
      const files = targets(entry)
      expect(files.length).toBeGreaterThan(0)
      expect(files.filter((file) => !existsSync(`${root}${file}`))).toEqual([])
    },
  )

  test('brings declarations for every export', () => {
    const entries = Object.values(manifest.exports).filter((entry) => typeof entry !== 'string')
    expect(entries.length).toBeGreaterThan(4)
    for (const entry of entries) expect(Object.keys(entry)[0]).toBe('types')
  })

  test('has a command that Node can run', () => {
    const [command = ''] = Object.values(manifest.bin)
    expect(Object.keys(manifest.bin)).toEqual(['crossmodel-gateway'])
    expect(readFileSync(`${root}${command}`, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })
})

describe('the manifest', () => {
  test('asks for Node 20.19 and publishes the build, the manual and its examples, nothing else', () => {
    expect(manifest.engines).toEqual({ node: '>=20.19' })
    expect([...manifest.files].sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'examples'])
    expect(manifest.files.filter((file) => !existsSync(`${root}${file}`))).toEqual([])
  })

  test('leaves frameworks and database clients to the host, as optional peers', () => {
    const peers = [
      '@hono/node-server',
      '@opentelemetry/api',
      'express',
      'fastify',
      'hono',
      'ioredis',
      'libsql',
      'pg',
      'prom-client',
      'redis',
      'stripe',
      'ws',
    ]
    expect(Object.keys(manifest.peerDependencies ?? {}).sort()).toEqual(peers)
    for (const name of peers) expect(manifest.peerDependenciesMeta?.[name]).toEqual({ optional: true })
    expect(Object.keys(manifest.dependencies).filter((name) => peers.includes(name))).toEqual([])
  })

  test('has a subpath for every store', () => {
    const stores = readdirSync(`${root}adapters/stores`)
    expect(Object.keys(manifest.exports)).toEqual(expect.arrayContaining(stores.map((name) => `./${name}`)))
  })

  test('has a subpath for every mount', () => {
    const adapters = readdirSync(`${root}adapters/http`)
    const mounts = ['express', 'fastify', 'hono', 'node'].filter((name) => adapters.includes(`${name}.ts`))
    expect(Object.keys(manifest.exports)).toEqual(expect.arrayContaining(mounts.map((name) => `./${name}`)))
  })
})
