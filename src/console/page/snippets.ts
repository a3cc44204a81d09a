/** What snippets are filled with. */
export interface SnippetValues {
  /** Where the gateway is, absolute, without a slash at its end. */
  readonly gatewayUrl: string
  readonly key: string
  readonly model: string
}

/** One block to paste. */
export interface Snippet {
  /** Where it goes: a language, a file. */
  readonly label: string
  readonly code: string
}

/** A client and how it is set up. */
export interface Integration {
  readonly id: string
  readonly name: string
  /** What to do, in a sentence. */
  readonly intro: string
  readonly snippets: (values: SnippetValues) => readonly Snippet[]
}

/** What stands in snippets when no key was just made. */
export const KEY_PLACEHOLDER = 'cm-YOUR-KEY'

/** The gateway's address for programs: what the server says of it, seen from this origin. */
export function resolveGatewayUrl(gatewayUrl: string, origin: string): string {
  return new URL(gatewayUrl, origin).href.replace(/\/+$/, '')
}

const lines = (...text: readonly string[]): string => text.join('\n')
/** JSON strings are strings of Python, TypeScript and TOML as well. */
const quote = (text: string): string => JSON.stringify(text)
const shell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

const openaiSdk: Integration = {
  id: 'openai-sdk',
  name: 'OpenAI SDK',
  intro:
    'Point the official SDK at the gateway: the base URL ends in /v1. Every model of the catalogue works.',
  snippets: ({ gatewayUrl, key, model }) => [
    {
      label: 'Python',
      code: lines(
        'from openai import OpenAI',
        '',
        `client = OpenAI(base_url=${quote(`${gatewayUrl}/v1`)}, api_key=${quote(key)})`,
        '',
        'completion = client.chat.completions.create(',
        `    model=${quote(model)},`,
        '    messages=[{"role": "user", "content": "Hello"}],',
        ')',
        'print(completion.choices[0].message.content)',
      ),
    },
    {
      label: 'TypeScript',
      code: lines(
        "import OpenAI from 'openai'",
        '',
        `const client = new OpenAI({ baseURL: ${quote(`${gatewayUrl}/v1`)}, apiKey: ${quote(key)} })`,
        '',
        'const completion = await client.chat.completions.create({',
        `  model: ${quote(model)},`,
        "  messages: [{ role: 'user', content: 'Hello' }],",
        '})',
        'console.log(completion.choices[0]?.message.content)',
      ),
    },
  ],
}

const anthropicSdk: Integration = {
  id: 'anthropic-sdk',
  name: 'Anthropic SDK',
  intro: 'The base URL has no /v1 here: the SDK adds it. Any model answers in the Messages format.',
  snippets: ({ gatewayUrl, key, model }) => [
    {
      label: 'Python',
      code: lines(
        'from anthropic import Anthropic',
        '',
        `client = Anthropic(base_url=${quote(gatewayUrl)}, api_key=${quote(key)})`,
        '',
        'message = client.messages.create(',
        `    model=${quote(model)},`,
        '    max_tokens=1024,',
        '    messages=[{"role": "user", "content": "Hello"}],',
        ')',
        'print(message.content[0].text)',
      ),
    },
    {
      label: 'TypeScript',
      code: lines(
        "import Anthropic from '@anthropic-ai/sdk'",
        '',
        `const client = new Anthropic({ baseURL: ${quote(gatewayUrl)}, apiKey: ${quote(key)} })`,
        '',
        'const message = await client.messages.create({',
        `  model: ${quote(model)},`,
        '  max_tokens: 1024,',
        "  messages: [{ role: 'user', content: 'Hello' }],",
        '})',
        'console.log(message.content)',
      ),
    },
  ],
}

const claudeCode: Integration = {
  id: 'claude-code',
  name: 'Claude Code',
  intro: 'Set three variables, then start it as usual. Or keep them in its settings file.',
  snippets: ({ gatewayUrl, key, model }) => [
    {
      label: 'Shell',
      code: lines(
        `export ANTHROPIC_BASE_URL=${shell(gatewayUrl)}`,
        `export ANTHROPIC_AUTH_TOKEN=${shell(key)}`,
        `export ANTHROPIC_MODEL=${shell(model)}`,
        'claude',
      ),
    },
    {
      label: '~/.claude/settings.json',
      code: JSON.stringify(
        {
          env: {
            ANTHROPIC_BASE_URL: gatewayUrl,
            ANTHROPIC_AUTH_TOKEN: key,
            ANTHROPIC_MODEL: model,
          },
        },
        null,
        2,
      ),
    },
  ],
}

const codex: Integration = {
  id: 'codex',
  name: 'Codex',
  intro: 'Add a provider to the configuration file; the key stays in the environment.',
  snippets: ({ gatewayUrl, key, model }) => [
    {
      label: '~/.codex/config.toml',
      code: lines(
        `model = ${quote(model)}`,
        'model_provider = "crossmodel"',
        '',
        '[model_providers.crossmodel]',
        'name = "CrossModel"',
        `base_url = ${quote(`${gatewayUrl}/v1`)}`,
        'env_key = "CROSSMODEL_API_KEY"',
        'wire_api = "responses"',
      ),
    },
    { label: 'Shell', code: lines(`export CROSSMODEL_API_KEY=${shell(key)}`, 'codex') },
  ],
}

const cursor: Integration = {
  id: 'cursor',
  name: 'Cursor',
  intro:
    'Open Cursor Settings → Models. Add the model by its id, switch on “Override OpenAI Base URL”, and paste these. ' +
    'Cursor calls from its own servers, so the address must be reachable from the internet.',
  snippets: ({ gatewayUrl, key, model }) => [
    { label: 'Override OpenAI Base URL', code: `${gatewayUrl}/v1` },
    { label: 'OpenAI API Key', code: key },
    { label: 'Model', code: model },
  ],
}

const curl: Integration = {
  id: 'curl',
  name: 'curl',
  intro: 'The three ways to ask for an answer; each works with every model.',
  snippets: ({ gatewayUrl, key, model }) => [
    {
      label: 'Chat Completions',
      code: curlCall(`${gatewayUrl}/v1/chat/completions`, `authorization: Bearer ${key}`, {
        model,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    },
    {
      label: 'Responses',
      code: curlCall(`${gatewayUrl}/v1/responses`, `authorization: Bearer ${key}`, { model, input: 'Hello' }),
    },
    {
      label: 'Messages',
      code: curlCall(`${gatewayUrl}/v1/messages`, `x-api-key: ${key}`, {
        model,
        max_tokens: 1024,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    },
  ],
}

function curlCall(url: string, auth: string, body: unknown): string {
  return [
    `curl ${shell(url)}`,
    `-H ${shell(auth)}`,
    `-H ${shell('content-type: application/json')}`,
    `-d ${shell(JSON.stringify(body))}`,
  ].join(' \\\n  ')
}

/** All clients, in the order in which they are shown. */
export const INTEGRATIONS: readonly Integration[] = [openaiSdk, anthropicSdk, claudeCode, codex, cursor, curl]
