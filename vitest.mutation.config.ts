import { defineConfig } from 'vitest/config'

/** The tests of money and limits alone: what mutation testing repeats for every mutant. */
export default defineConfig({
  test: {
    include: ['test/balance/**/*.test.ts', 'test/limits/**/*.test.ts'],
    setupFiles: ['test/support/property-seed.ts'],
  },
})
