import { isJsonObject } from '../../canonical/json.js'
import { createModelResolver } from '../../models/resolver.js'
import type { ModelEntry } from '../../models/route.js'
import { checkAccounts } from './accounts.js'
import { ConfigError, type ConfigProblem, type GatewayConfigData } from './config.js'
import { checkConfig, checkEntry } from './config-schema.js'
import { buildModels } from './models.js'
import type { Stores } from '../../stores/stores.js'
import { checkStores } from './check-stores.js'
import type { Placed, SoundConfig } from './sound-config.js'
import { buildUpstreams, type Upstream } from './upstreams.js'

/** A configuration, and what it was built into. */
export interface ReadConfig {
  readonly config: GatewayConfigData
  readonly upstreams: ReadonlyMap<string, Upstream>
  readonly models: readonly ModelEntry[]
}

/**
 * Reads and builds the JSON part of a configuration. Throws one {@link ConfigError} that lists every problem.
 * `stores` are those that the host gives; undefined when somebody else will open them.
 */
export function readConfig(value: unknown, stores?: Partial<Stores>): ReadConfig {
  const { config, problems: ofForm } = checkConfig(value)
  const sound = config === null ? salvage(value) : soundOf(config)
  const upstreams = buildUpstreams(sound.upstreams)
  const models = buildModels(sound, upstreams.built)
  const problems = [
    ...ofForm,
    ...upstreams.problems,
    ...models.problems,
    ...checkAccounts(sound.accounts),
    ...(config === null ? [] : checkStores(config, stores)),
    ...(config === null ? [] : checkAliases(config, models.models)),
  ]
  if (config === null || problems.length > 0) throw new ConfigError(problems)
  return { config, upstreams: upstreams.built, models: models.models }
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
    upstreams: Object.fromEntries(keepSound(named, checkEntry.upstream)),
    upstreamNames: new Set(named.map(([name]) => name)),
    models: keepSound(entriesOf(root['models']), checkEntry.model),
    accounts: keepSound(entriesOf(root['accounts']), checkEntry.account),
  }
}

function entriesOf(list: unknown): readonly Placed<unknown>[] {
  return Array.isArray(list) ? [...list.entries()] : []
}

function keepSound<Key, T>(
  entries: readonly (readonly [Key, unknown])[],
  check: (entry: unknown) => T | null,
): readonly (readonly [Key, T])[] {
  return entries.flatMap(([key, value]) => {
    const entry = check(value)
    return entry === null ? [] : [[key, entry] as const]
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
