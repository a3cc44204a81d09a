import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Tests run on the sources; `#transport` is what a Node user gets. */
export default defineConfig({
  resolve: {
    alias: { '#transport': fileURLToPath(new URL('./adapters/http/undici-transport.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**', 'adapters/**'] },
  },
})
