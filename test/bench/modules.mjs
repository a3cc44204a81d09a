import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = new URL('../../', import.meta.url)

/** Sources as modules that every Node can run, in a folder of their own; `load` imports one by its name. */
export async function buildModules(name, entryPoints) {
  const folder = fileURLToPath(new URL(`node_modules/.cache/bench-${name}/`, root))
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    alias: { '#platform': fileURLToPath(new URL('adapters/http/platform.ts', root)) },
    logLevel: 'error',
  })
  return { folder, load: (entry) => import(pathToFileURL(`${folder}${entry}.mjs`).href) }
}
