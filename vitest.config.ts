import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { consolePageForVite } from './scripts/console-page.mjs'

/** Tests run on the sources; `#platform` is what a Node user gets. */
export default defineConfig({
  plugins: [consolePageForVite()],
  resolve: {
    alias: { '#platform': fileURLToPath(new URL('./adapters/http/platform.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**', 'adapters/**'] },
  },
})
