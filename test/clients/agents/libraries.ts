import { fileURLToPath } from 'node:url'
import { UPSTREAMS } from '../upstreams.js'
import type { LibraryId } from '../versions.js'
import { type Agent, FORGOTTEN_BY_CHAT } from './agent.js'

interface Library {
  readonly client: LibraryId
  readonly title: string
  /** In the folder of the programs that are written with libraries. */
  readonly program: string
  readonly speaks: Readonly<Partial<Record<Agent['speaks'], Pick<Agent, 'forgets' | 'survives'>>>>
}

/** What libraries try again by themselves; a stream that has begun is none of it. */
const RETRIED = ['rate', 'overload'] as const

const LIBRARIES: readonly Library[] = [
  {
    client: 'openai',
    title: 'OpenAI SDK',
    program: 'openai.mjs',
    speaks: {
      Chat: { survives: RETRIED, forgets: UPSTREAMS },
      Responses: { survives: RETRIED },
    },
  },
  {
    client: '@anthropic-ai/sdk',
    title: 'Anthropic SDK',
    program: 'anthropic.mjs',
    speaks: { Messages: { survives: RETRIED } },
  },
  {
    client: 'ai',
    title: 'AI SDK',
    program: 'ai-sdk.mjs',
    speaks: {
      Chat: { survives: RETRIED, forgets: FORGOTTEN_BY_CHAT },
      Responses: { survives: RETRIED },
      Messages: { survives: RETRIED },
    },
  },
  {
    client: '@langchain/core',
    title: 'LangChain',
    program: 'langchain.mjs',
    speaks: {
      Chat: { survives: RETRIED, forgets: UPSTREAMS },
      Responses: { survives: RETRIED },
      Messages: { survives: RETRIED },
    },
  },
  {
    client: '@openai/agents',
    title: 'OpenAI Agents SDK',
    program: 'openai-agents.mjs',
    speaks: {
      Chat: { survives: RETRIED, forgets: UPSTREAMS },
      Responses: { survives: RETRIED },
    },
  },
]

const FOLDER = fileURLToPath(new URL('../libraries/', import.meta.url))

/** Agents of a few lines, one with each library: the same tools, the library's own way to ask. */
export const libraries: readonly Agent[] = LIBRARIES.flatMap(({ client, title, program, speaks }) =>
  Object.entries(speaks).map(([protocol, habits]): Agent => ({
    client,
    title,
    speaks: protocol as Agent['speaks'],
    program: [process.execPath, FOLDER + program],
    ...habits,
    launch: ({ url, key, model, prompt }) => ({
      arguments: [protocol, prompt],
      environment: { GATEWAY_URL: url, GATEWAY_KEY: key, GATEWAY_MODEL: model },
    }),
  })),
)
