import * as z from 'zod/mini'
import { isJsonObject } from '../canonical/json.js'
import { createModelResolver } from '../models/resolver.js'
import type { ModelEntry } from '../models/route.js'
import { checkAccounts } from './accounts.js'
import { ConfigError, type ConfigProblem, type GatewayConfigData } from './config.js'
import { describeIssue, toProblems } from './config-problems.js'
import { accountShape, configShape, modelShape, upstreamShape } from './config-shape.js'
import { buildModels } from './models.js'
import type { Placed, SoundConfig } from './sound-config.js'
import { buildUpstreams, type Upstream } from './upstreams.js'

/** A configuration, and what it was built into. */
export interface ReadConfig {
  readonly config: GatewayConfigData
  readonly upstreams: ReadonlyMap<string, Upstream>
  readonly models: readonly ModelEntry[]
}

/** Reads and builds the JSON part of a configuration. Throws one {@link ConfigError} that lists every problem. */
export function readConfig(value: unknown): ReadConfig {
  const result = z.safeParse(configShape, value, { error: describeIssue })
  const problems = result.success ? [] : result.error.issues.flatMap((issue) => toProblems(issue))
  const sound = result.success ? soundOf(result.data) : salvage(value)
  const upstreams = buildUpstreams(sound.upstreams)
  const models = buildModels(sound, upstreams.built)
  problems.push(...upstreams.problems, ...models.problems, ...checkAccounts(sound.accounts))
  if (result.success) problems.push(...checkAliases(result.data, models.models))
  if (!result.success || problems.length > 0) throw new ConfigError(problems)
  return { config: result.data, upstreams: upstreams.built, models: models.models }
}

/** Validates the JSON part of a configuration. Throws one {@link ConfigError} that lists every problem. */
export function parseConfig(value: unknown): GatewayConfigData {
  return readConfig(value).config
}

function soundOf({ upstreams, models, accounts = [] }: GatewayConfigData): SoundConfig {
  return {
    upstreams,
    upstreamNames: new Set(Object.keys(upstreams)),
    models: [...models.entries()],
    accounts: [...accounts.entries()],
  }
}

/** What of an invalid configuration can be checked all the same, so that its author learns everything at once. */
function salvage(value: unknown): SoundConfig {
  const root = isJsonObject(value) ? value : {}
  const named = isJsonObject(root['upstreams']) ? Object.entries(root['upstreams']) : []
  return {
    upstreams: Object.fromEntries(keepSound(named, upstreamShape)),
    upstreamNames: new Set(named.map(([name]) => name)),
    models: keepSound(entriesOf(root['models']), modelShape),
    accounts: keepSound(entriesOf(root['accounts']), accountShape),
  }
}

function entriesOf(list: unknown): readonly Placed<unknown>[] {
  return Array.isArray(list) ? [...list.entries()] : []
}

function keepSound<Key, T>(
  entries: readonly (readonly [Key, unknown])[],
  shape: z.ZodMiniType<T>,
): readonly (readonly [Key, T])[] {
  return entries.flatMap(([key, entry]) => {
    const result = z.safeParse(shape, entry)
    return result.success ? [[key, result.data] as const] : []
  })
}

/** An alias that leads to no model would be a riddle for the client that uses it. */
function checkAliases(
  { aliases = {}, accounts = [] }: GatewayConfigData,
  models: readonly ModelEntry[],
): readonly ConfigProblem[] {
  const resolver = createModelResolver({ models, aliases })
  const check = (names: Readonly<Record<string, string>>, path: string): readonly ConfigProblem[] =>
    Object.keys(names)
      .filter((alias) => resolver.resolve(alias, names) === null)
      .map((alias) => ({ path: `${path}.${alias}`, message: `leads to no model: '${names[alias]}'` }))
  return [
    ...check(aliases, 'aliases'),
    ...accounts.flatMap((account, index) => check(account.aliases ?? {}, `accounts[${index}].aliases`)),
  ]
}
