import { stores } from './001-stores.js'
import { usagePages } from './002-usage-pages.js'

/** All migrations in order: the first one is number 1. One that was released is never changed, only followed. */
export const MIGRATIONS: readonly string[] = [stores, usagePages]
