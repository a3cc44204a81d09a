import { describe, expect, it } from 'vitest'
import { INTEGRATIONS, resolveGatewayUrl } from '../../../src/console/page/snippets.js'

const VALUES = { gatewayUrl: 'https://ai.example/llm', key: 'cm-secret', model: 'openai/gpt-5.5' } as const

const codeOf = (
  id: string,
  values: Parameters<(typeof INTEGRATIONS)[number]['snippets']>[0] = VALUES,
): string[] =>
  (INTEGRATIONS.find((integration) => integration.id === id)?.snippets(values) ?? []).map(({ code }) => code)

describe('the address of the gateway', () => {
  it.each([
    ['/', 'https://host.example'],
    ['/llm', 'https://host.example/llm'],
    ['/llm/', 'https://host.example/llm'],
    ['https://api.example/v9/', 'https://api.example/v9'],
  ])('is absolute for %j', (given, resolved) => {
    expect(resolveGatewayUrl(given, 'https://host.example')).toBe(resolved)
  })
})

describe('snippets', () => {
  it('are there for every client that the README names', () => {
    expect(INTEGRATIONS.map(({ id }) => id)).toEqual([
      'openai-sdk',
      'anthropic-sdk',
      'claude-code',
      'codex',
      'cursor',
      'curl',
    ])
  })

  it('carry key and model in every client', () => {
    for (const { id } of INTEGRATIONS) {
      const text = codeOf(id).join('\n')
      expect(text).toContain(VALUES.key)
      expect(text).toContain(VALUES.model)
    }
  })

  it('have /v1 in the base URL where the client does not add it, and only there', () => {
    for (const id of ['openai-sdk', 'codex', 'cursor'])
      expect(codeOf(id).join('\n')).toContain('ai.example/llm/v1')
    for (const id of ['anthropic-sdk', 'claude-code']) {
      expect(codeOf(id).join('\n')).toContain('https://ai.example/llm')
      expect(codeOf(id).join('\n')).not.toContain('/v1')
    }
    expect(codeOf('curl').map((code) => /'(https[^']*)'/.exec(code)?.[1])).toEqual([
      'https://ai.example/llm/v1/chat/completions',
      'https://ai.example/llm/v1/responses',
      'https://ai.example/llm/v1/messages',
    ])
  })

  it('cannot be broken out of by a model id', () => {
    const model = `it's"; rm -rf "$HOME"`
    for (const code of codeOf('curl', { ...VALUES, model })) {
      const body = /-d '(.*)'$/s.exec(code)?.[1]?.replaceAll(String.raw`'\''`, "'") ?? ''
      expect(JSON.parse(body)).toMatchObject({ model })
    }
    const [python = ''] = codeOf('openai-sdk', { ...VALUES, model })
    expect(python).toContain(`model=${JSON.stringify(model)}`)
    const [, settings = ''] = codeOf('claude-code', { ...VALUES, model })
    expect(JSON.parse(settings)).toMatchObject({ env: { ANTHROPIC_MODEL: model } })
  })
})
