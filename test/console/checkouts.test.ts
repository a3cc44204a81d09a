import { describe, expect, it } from 'vitest'
import { createConsoleWith } from '../../src/console/console-handler.js'
import type { Answer } from '../support/read-answer.js'
import { createTestConsole, ORIGIN, PAGE, PAPER, TOKEN, type TestConsole } from './support.js'

const APP = 'https://app.example'

/** A program's request: with a token, and no page that it comes from unless one is named. */
async function pay({ console }: TestConsole, returnUrl: string, origin?: string): Promise<Answer['status']> {
  const { status } = await console.handle({
    method: 'POST',
    path: '/api/v1/accounts/acme/checkouts',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${TOKEN}`,
      ...(origin === undefined ? {} : { origin }),
    },
    body: JSON.stringify({ amount_micro: 5_000_000, return_url: returnUrl }),
  })
  return status
}

describe('a payment that a program asks for', () => {
  it('leads back to the origins of the host, and to no other', async () => {
    const world = await createTestConsole({ payments: PAPER, returnOrigins: [APP, 'http://localhost:3000'] })
    expect(await pay(world, `${APP}/billing?team=1`)).toBe(201)
    expect(await pay(world, 'http://localhost:3000/')).toBe(201)
    expect(await pay(world, `${APP}/billing`, ORIGIN)).toBe(201)
    expect(await pay(world, `${ORIGIN}/`, ORIGIN)).toBe(201)
    for (const stray of [
      `${ORIGIN}/`,
      'http://app.example/',
      `${APP}:444/`,
      `${APP}.evil.example/`,
      `https://app.example@evil.example/`,
      `https://ada:pass@app.example/`,
    ])
      expect([stray, await pay(world, stray)]).toEqual([stray, 400])
  })

  it('leads nowhere where the host has named none', async () => {
    const world = await createTestConsole({ payments: PAPER })
    expect(await pay(world, `${APP}/billing`)).toBe(400)
  })

  it.each([APP, [`${APP}/`], [`${APP}/billing`], ['app.example'], ['null'], ['data:,x'], [7]])(
    'is not set up for what is no list of origins: %j',
    async (returnOrigins) => {
      const { tested } = await createTestConsole()
      const options = { gateway: tested.gateway, operatorToken: TOKEN, returnOrigins }
      expect(() => createConsoleWith(options as never, PAGE)).toThrow(/returnOrigins/)
    },
  )
})
