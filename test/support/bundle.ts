import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { consolePageForEsbuild } from '../../scripts/console-page.mjs'

export interface BundleOptions {
  /** Where the project is: this code may itself have been bundled somewhere else. */
  readonly root: URL
  /** Name of a module → its source, from the root. */
  readonly entryPoints: Readonly<Record<string, string>>
}

/**
 * Sources as modules that processes of their own can run, in a new folder inside the packages of the project, where they
 * find what they do not contain. Answers the folder.
 */
export async function bundle(name: string, { root, entryPoints }: BundleOptions): Promise<string> {
  const cache = fileURLToPath(new URL('node_modules/.cache/', root))
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, `${name}-`))
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    sourcemap: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    alias: { '#platform': fileURLToPath(new URL('adapters/http/platform.ts', root)) },
    plugins: [consolePageForEsbuild(root)],
    logLevel: 'error',
  })
  return folder
}
