import { readFileSync } from 'node:fs'

/** What is installed for a client, each at one version. */
export const VERSIONS = {
  'claude-code': { '@anthropic-ai/claude-code': '2.1.330' },
  codex: { '@openai/codex': '0.169.0' },
  opencode: { 'opencode-ai': '1.18.33' },
  copilot: { '@github/copilot': '1.0.102' },
  'qwen-code': { '@qwen-code/qwen-code': '0.24.4', node: '22.23.3' },
  pi: { '@mariozechner/pi-coding-agent': '0.73.1' },
  cline: { cline: '3.0.65' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>

/** A client by the name of its folder in the cache. */
export type ClientId = keyof typeof VERSIONS

/** A library that the project itself has. */
export type LibraryId = 'openai' | '@anthropic-ai/sdk' | 'ai' | '@langchain/core' | '@openai/agents'

/** True for what is installed into the cache. */
export function isClient(id: ClientId | LibraryId): id is ClientId {
  return Object.hasOwn(VERSIONS, id)
}

/** The version that is run. */
export function versionOf(id: ClientId | LibraryId): string {
  if (isClient(id)) return Object.values(VERSIONS[id])[0] ?? ''
  const file = new URL(`../../node_modules/${id}/package.json`, import.meta.url)
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }
  return version
}
