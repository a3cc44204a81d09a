import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type ClientId, isClient, type LibraryId, VERSIONS } from './versions.js'

/** Where clients and results are kept between runs. */
export const CACHE: string = resolve(process.env.CLIENTS_CACHE ?? '.cache/clients')
/** Written last: what has it is whole. */
const MARK = 'installed.json'

/** Installs a client at its pinned version unless the cache has it; answers the folder of its programs. */
export async function installClient(client: ClientId | LibraryId): Promise<string> {
  if (!isClient(client)) return CACHE
  const folder = join(CACHE, client)
  const wanted = JSON.stringify(VERSIONS[client])
  const installed = await readFile(join(folder, MARK), 'utf8').catch(() => '')
  if (installed !== wanted) {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{"private":true}')
    const packages = Object.entries(VERSIONS[client]).map(([name, version]) => `${name}@${version}`)
    const options = ['--no-audit', '--no-fund', '--loglevel=error', '--save-exact']
    await promisify(execFile)('npm', ['install', ...options, ...packages], { cwd: folder })
    await writeFile(join(folder, MARK), wanted)
  }
  return join(folder, 'node_modules', '.bin')
}
