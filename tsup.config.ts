import { defineConfig } from 'tsup'
import { consolePageForEsbuild } from './scripts/console-page.mjs'

/** Declarations come from `tsc` (tsconfig.build.json), in the same layout as these files. */
export default defineConfig({
  entry: [
    'src/index.ts',
    'src/gateway/platform.ts',
    'adapters/http/*.ts',
    'adapters/stores/*/index.ts',
    'src/console/index.ts',
    'adapters/payments/*.ts',
    'adapters/telemetry/*.ts',
    'adapters/command/main.ts',
  ],
  format: 'esm',
  target: 'node20',
  platform: 'neutral',
  outDir: 'dist',
  outExtension: () => ({ js: '.js' }),
  splitting: true,
  treeshake: true,
  clean: true,
  esbuildPlugins: [consolePageForEsbuild()],
  external: [
    '#platform',
    /^node:/,
    'express',
    'fastify',
    'hono',
    '@hono/node-server',
    'undici',
    'libsql',
    'pg',
    'redis',
    'ws',
    'stripe',
    '@opentelemetry/api',
    'prom-client',
  ],
})
