import { describe, expect, it } from 'vitest'
import { createWebhookIntake, type IncomingWebhook } from '../../../src/console/payments/webhook-intake.js'
import { createTestConsole, PAPER } from '../support.js'
import { GatewayError } from '../../../src/index.js'

const KIB = 1024
const bytesOf = (length: number): Uint8Array => new Uint8Array(length)

/** A body that is sent slowly: all but its last byte, until `finish`. */
function slowBody(): { readonly body: IncomingWebhook['body']; readonly finish: () => void } {
  let finish = (): void => undefined
  const sent = new Promise<Uint8Array>((resolve) => {
    finish = () => resolve(bytesOf(1))
  })
  return { body: () => sent, finish: () => finish() }
}

describe('the intake of webhooks', () => {
  it.each([
    ['a small one', 64 * KIB, { 'content-length': String(64 * KIB) }],
    ['a large one', 1024 * KIB, { 'content-length': String(1024 * KIB) }],
    ['one of unknown size', 1024 * KIB, {}],
  ])('reads %s', async (_name, length, headers) => {
    const read = await createWebhookIntake().read({ headers, body: bytesOf(length) })
    expect(read).toHaveLength(length)
  })

  it('reads no more than a small one says, or unpacks to', async () => {
    const asked: number[] = []
    const body = (maxBytes: number): Promise<Uint8Array> => {
      asked.push(maxBytes)
      return Promise.resolve(bytesOf(64 * KIB + 1))
    }
    const reading = createWebhookIntake().read({ headers: { 'content-length': '900' }, body })
    await expect(reading).rejects.toMatchObject({ code: 'request_too_large' })
    expect(asked).toEqual([64 * KIB])
  })

  it('takes sixteen large ones at once, a further one later, and small ones always', async () => {
    const intake = createWebhookIntake()
    const headers = { 'content-length': String(65 * KIB) }
    const slow = Array.from({ length: 16 }, slowBody)
    const reading = slow.map(({ body }) => intake.read({ headers, body }))
    const late = { body: bytesOf(65 * KIB) }
    await expect(intake.read({ headers, ...late })).rejects.toMatchObject({
      code: 'rate_limit_exceeded',
      retryAfterMs: 1000,
    })
    await expect(intake.read({ headers: {}, ...late })).rejects.toMatchObject({ status: 429 })
    const small = Array.from({ length: 100 }, slowBody)
    const readingSmall = small.map(({ body }) => intake.read({ headers: { 'content-length': '2' }, body }))
    for (const { finish } of small) finish()
    expect(await Promise.all(readingSmall)).toHaveLength(100)
    slow[0]?.finish()
    await reading[0]
    expect(await intake.read({ headers, ...late })).toHaveLength(65 * KIB)
    for (const { finish } of slow) finish()
    await Promise.all(reading)
  })

  it('has room again behind those that break', async () => {
    const intake = createWebhookIntake()
    const broken = { headers: {}, body: () => Promise.reject(new Error('gone')) }
    for (let count = 0; count < 20; count += 1) await expect(intake.read(broken)).rejects.toThrow('gone')
  })
})

describe('webhooks that nobody has signed', () => {
  const provider = {
    ...PAPER,
    signatureHeader: 'x-seal',
    readWebhook: ({ headers }: IncomingWebhook) =>
      headers['x-seal'] === 'right'
        ? Promise.resolve([])
        : Promise.reject(new GatewayError('invalid_request', 'The seal is broken.')),
  }
  const open = async () => {
    const addressed = await createTestConsole({
      payments: provider,
      clientAddress: ({ headers }) => headers['x-real-ip'] as string,
    })
    const seal = async (mark: string, address = '192.0.2.1') =>
      await addressed.send('webhooks/paper', {
        method: 'POST',
        body: '{}',
        headers: { 'x-seal': mark, ...(address !== '' && { 'x-real-ip': address }) },
      })
    return { ...addressed, seal }
  }

  it('are refused unread without the header of their signature', async () => {
    const { console } = await open()
    let wasRead = false
    const answer = await console.handle({
      method: 'POST',
      path: '/api/v1/webhooks/paper',
      headers: {},
      body: () => {
        wasRead = true
        return Promise.resolve('{}')
      },
    })
    expect([answer.status, wasRead]).toEqual([400, false])
    expect(String(answer.body)).toContain('The webhook has no x-seal header.')
  })

  it('are refused unread when too many have come from their address, and genuine ones from elsewhere never', async () => {
    const { seal, tested } = await open()
    for (let count = 0; count < 30; count += 1) expect((await seal('wrong')).status).toBe(400)
    expect((await seal('wrong')).status).toBe(429)
    expect((await seal('right', '192.0.2.2')).status).toBe(200)
    expect((await seal('right', '')).status).toBe(200)
    tested.clock.advance(2000)
    expect((await seal('right')).status).toBe(200)
  })

  it('are no wrong tokens', async () => {
    const { seal, send } = await open()
    for (let count = 0; count < 31; count += 1) await seal('wrong')
    const headers = { authorization: 'Bearer wrong', 'x-real-ip': '192.0.2.1' }
    expect((await send('session', { headers })).json.error.code).toBe('wrong_token')
  })

  it('count for nobody where they come from nobody knows', async () => {
    const { seal } = await open()
    for (let count = 0; count < 100; count += 1) expect((await seal('wrong', '')).status).toBe(400)
    expect((await seal('right', '')).status).toBe(200)
  })

  it('leave genuine ones alone, however many come from one address', async () => {
    const { seal } = await open()
    for (let count = 0; count < 1000; count += 1) expect((await seal('right')).status).toBe(200)
  })
})
