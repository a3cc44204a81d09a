import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Real clients, two at a time: they take half an hour, and are no part of `npm test`. */
export default defineConfig({
  resolve: {
    alias: { '#platform': fileURLToPath(new URL('../../adapters/http/platform.ts', import.meta.url)) },
  },
  test: {
    include: ['test/clients/**/*.clients.ts'],
    sequence: { concurrent: true },
    maxConcurrency: 2,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
})
