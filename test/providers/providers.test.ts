import { describe, expect, it } from 'vitest'
import { getProvider, PROVIDERS } from '../../src/providers/index.js'

const presets = Object.entries(PROVIDERS)

describe('the vendor presets', () => {
  it('are those of the catalogue and the common servers', () => {
    expect(Object.keys(PROVIDERS)).toEqual([
      'openai',
      'anthropic',
      'gemini',
      'deepseek',
      'qwen',
      'moonshot',
      'minimax',
      'z-ai',
      'xiaomi',
      'tencent',
      'x-ai',
      'mistral',
      'groq',
      'openrouter',
      'ollama',
      'vllm',
    ])
  })

  it.each(presets)('%s is filed under its own id and speaks each protocol once', (id, preset) => {
    expect(preset.id).toBe(id)
    expect(preset.dialect.id).toBe(id)
    const protocols = preset.endpoints.map(({ protocol }) => protocol)
    expect(protocols).not.toHaveLength(0)
    expect(new Set(protocols).size).toBe(protocols.length)
  })

  it.each(presets)('%s has base URLs in the form that SDKs take', (_, { endpoints }) => {
    for (const { protocol, baseUrl } of endpoints) {
      expect(new URL(baseUrl).href.replace(/\/$/, '')).toBe(baseUrl)
      const hasVersion = /\/v\d+(beta)?$/.test(baseUrl)
      expect(hasVersion).toBe(protocol.startsWith('openai'))
    }
  })

  it.each(presets)('%s sends its key over TLS, unless it is a local server', (_, { endpoints }) => {
    for (const { baseUrl } of endpoints) {
      const { protocol, hostname } = new URL(baseUrl)
      expect(hostname === 'localhost' || protocol === 'https:').toBe(true)
    }
  })

  it.each(presets)('%s knows errors by text in lower case only', (_, { errorHints }) => {
    for (const { text } of errorHints) expect(text).toBe(text?.toLowerCase())
  })

  it('accept opaque reasoning state of no other vendor', () => {
    const families = presets.map(([, { family }]) => family)
    expect(new Set(families).size).toBe(families.length)
  })
})

describe('getProvider', () => {
  it('finds a preset by its vendor code', () => {
    expect(getProvider('z-ai')?.displayName).toBe('Z.ai')
  })

  it.each(['nobody', '__proto__', 'constructor', ''])('gives null for %j', (id) => {
    expect(getProvider(id)).toBeNull()
  })
})
