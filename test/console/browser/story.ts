import { readFile } from 'node:fs/promises'
import OpenAI from 'openai'
import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { defer, pause } from '../../contracts/http-server.js'
import { DAY_MS } from '../../contracts/samples.js'
import { chatAnswer, stream } from '../../support/calls.js'
import type { OpenVisit } from './browser.js'
import { HOSTS } from './hosts.js'
import { dialogOf, eventually, factOf, goTo, rowOf, signIn, textOf } from './pages.js'
import { callModel, costMicro, startWorld, type World } from './world.js'

const NAME = 'Story key'
/** No story takes longer. */
const STORY_MS = 120_000

/** What an operator does on a first day, from a key to its end, in every framework. */
export function tellStory(open: OpenVisit): void {
  const closing: (() => Promise<void>)[] = []
  // What a key may spend, and what stands on an invoice, are of a UTC day: one that is nearly over is waited for.
  beforeEach(async () => {
    const leftMs = DAY_MS - (Date.now() % DAY_MS)
    if (leftMs < STORY_MS) await pause(leftMs)
  }, 2 * STORY_MS)
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })

  it.each(HOSTS)(
    '%s: a key is made, used, limited, disabled and deleted, and every call and cent is seen',
    async (_name, consolePath, start) => {
      const world = await startWorld({ start, consolePath })
      closing.push(world.close)
      const { page, faults, close } = await open()
      closing.push(close)

      await signIn(page, world)
      const secret = await createKey(page)
      await callAndSee(page, world, secret)
      await callBySdk(page, world, secret)
      await topUp(page, world)
      await hitSpendLimit(page, world, secret)
      await hitRateLimit(page, world, secret)
      await disableKey(page, world, secret)
      await deleteKey(page)
      await tryModel(page, world)
      await openExports(page)
      expect(faults).toEqual([])
    },
  )
}

async function createKey(page: Page): Promise<string> {
  await goTo(page, 'Keys')
  await page.getByRole('button', { name: 'Create key' }).click()
  const form = dialogOf(page, 'Create key')
  await form.getByLabel('Name').fill(NAME)
  await form.getByRole('button', { name: 'Create key' }).click()
  const shown = dialogOf(page, 'Your new key')
  const secret = await textOf(shown.getByLabel('Secret of the key'))
  expect(secret).toMatch(/^cm-\S{20,}$/)
  await shown.getByRole('button', { name: 'Done' }).click()
  await shown.waitFor({ state: 'detached' })
  await rowOf(page, 'Keys', NAME).waitFor()
  // Once: neither the page nor the API has it any more.
  expect(await page.content()).not.toContain(secret)
  await page.reload()
  await rowOf(page, 'Keys', NAME).waitFor()
  expect(await page.content()).not.toContain(secret)
  return secret
}

async function callAndSee(page: Page, { gatewayUrl, vendor }: World, secret: string): Promise<void> {
  const tokens = { input: 1234, output: 321 }
  vendor.play(chatAnswer({ prompt_tokens: 1234, completion_tokens: 321, total_tokens: 1555 }))
  const { status, requestId } = await callModel({ gatewayUrl, secret, body: { user: 'ann' } })
  expect(status).toBe(200)
  await goTo(page, 'Usage')
  const row = rowOf(page, 'Requests', requestId)
  await eventually(async () => (await row.getByRole('cell').allTextContents()).join(' ')).toMatch(
    /test\/chat .*Story key.*ann.*completed.*1,234 in.*321 out.*\$0\.001876/,
  )
  await page.getByLabel('Request id').fill(requestId)
  await page.getByRole('button', { name: 'Find request' }).click()
  const details = dialogOf(page, 'Request')
  expect(await textOf(factOf(details, 'Cost'))).toBe(`$${(costMicro(tokens) / 1e6).toFixed(6)}`)
  expect(await textOf(factOf(details, 'Input'))).toBe('1,234')
  expect(await textOf(factOf(details, 'Output'))).toBe('321')
  expect(await textOf(factOf(details, 'End user'))).toBe('ann')
  expect(await textOf(factOf(details, 'Route'))).toBe('chat:vendor-chat')
  await details.getByRole('button', { name: 'Close' }).click()
}

async function callBySdk(page: Page, { gatewayUrl, vendor }: World, secret: string): Promise<void> {
  vendor.play(chatAnswer({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }))
  const client = new OpenAI({ apiKey: secret, baseURL: `${gatewayUrl}/v1`, maxRetries: 0 })
  const answer = await client.chat.completions.create({
    model: 'test/chat',
    messages: [{ role: 'user', content: 'hi' }],
    user: 'bob',
  })
  expect(answer.choices[0]?.message.content).toBe('hello')
  await page.getByRole('button', { name: 'Refresh' }).click()
  const row = rowOf(page, 'Requests', 'bob')
  expect(await textOf(row.getByRole('cell').last())).toBe('$0.00002')
  await page.getByLabel('End user').fill('bob')
  await eventually(() => page.getByRole('table', { name: 'Requests' }).getByRole('row').count()).toBe(2)
  await page.getByRole('button', { name: 'Clear filters' }).click()
}

async function topUp(page: Page, world: World): Promise<void> {
  await goTo(page, 'Billing')
  const before = 1_000_000 - 1876 - 20
  expect(await textOf(factOf(page.getByRole('main'), 'Balance'))).toBe(`$${before / 1e6}`)
  await page.getByRole('radio', { name: 'Other amount' }).check()
  await page.getByLabel('Amount in USD').fill('25')
  await page.getByRole('button', { name: 'Continue to payment' }).click()
  await page.getByRole('heading', { name: 'Pay $25.00' }).waitFor()
  expect(new URL(page.url()).origin).toBe(world.stripe.url)
  await page.getByRole('button', { name: 'Pay by card' }).click()
  await page.getByText('Thank you.').waitFor()
  expect(world.stripe.deliveries).toMatchObject([{ type: 'checkout.session.completed', status: 200 }])
  expect(page.url().startsWith(world.consoleUrl)).toBe(true)
  await page.getByRole('button', { name: 'Refresh the balance' }).click()
  await eventually(() => textOf(factOf(page.getByRole('main'), 'Balance'))).toBe(`$${25 + before / 1e6}`)
  const entry = rowOf(page, 'Ledger', '+$25.00')
  expect(await entry.textContent()).toContain('stripe')
}

async function editKey(page: Page, change: (form: Locator) => Promise<void>): Promise<void> {
  await goTo(page, 'Keys')
  await page.getByRole('button', { name: `Edit ${NAME}` }).click()
  const form = dialogOf(page, NAME)
  await change(form)
  await form.getByRole('button', { name: 'Save changes' }).click()
  await form.waitFor({ state: 'detached' })
}

async function expectRefusal(
  page: Page,
  refusal: { readonly requestId: string; readonly status: number; readonly code: string | undefined },
): Promise<void> {
  await goTo(page, 'Usage')
  const row = rowOf(page, 'Requests', refusal.requestId)
  expect(await textOf(row)).toContain(`failed${refusal.code}`)
  await row.getByRole('link').first().click()
  const details = dialogOf(page, 'Request')
  expect(await textOf(factOf(details, 'Status'))).toBe(`failed HTTP ${refusal.status}`)
  expect(await textOf(factOf(details, 'Cost'))).toBe('$0.00')
  await details.getByRole('button', { name: 'Close' }).click()
}

async function hitSpendLimit(page: Page, { gatewayUrl }: World, secret: string): Promise<void> {
  await editKey(page, async (form) => {
    await form.getByLabel('Per day', { exact: true }).fill('0.001')
  })
  const refused = await callModel({ gatewayUrl, secret })
  expect([refused.status, refused.code]).toEqual([402, 'insufficient_balance'])
  await expectRefusal(page, refused)
}

async function hitRateLimit(page: Page, { gatewayUrl }: World, secret: string): Promise<void> {
  await editKey(page, async (form) => {
    await form.getByLabel('Per day', { exact: true }).fill('')
    await form.getByLabel('Requests per minute').fill('1')
  })
  const answers = [await callModel({ gatewayUrl, secret }), await callModel({ gatewayUrl, secret })]
  const refused = answers.find(({ status }) => status === 429)
  expect(refused?.code).toBe('rate_limit_exceeded')
  if (refused !== undefined) await expectRefusal(page, refused)
}

async function disableKey(page: Page, { gatewayUrl }: World, secret: string): Promise<void> {
  await goTo(page, 'Keys')
  await page.getByRole('button', { name: `Disable ${NAME}` }).click()
  await dialogOf(page, 'Disable this key?').getByRole('button', { name: 'Disable key' }).click()
  await eventually(() => textOf(rowOf(page, 'Keys', NAME))).toContain('disabled')
  expect((await callModel({ gatewayUrl, secret })).status).toBe(401)
}

async function deleteKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: `Delete ${NAME}` }).click()
  await dialogOf(page, 'Delete this key?').getByRole('button', { name: 'Delete key' }).click()
  await page.getByText('No keys yet').waitFor()
}

async function tryModel(page: Page, { vendor }: World): Promise<void> {
  const rest = defer()
  vendor.play(stream(textChunk('Good '), rest.promise, textChunk('morning'), LAST_CHUNKS))
  await goTo(page, 'Models')
  await page.getByRole('button', { name: 'Try test/chat' }).click()
  const chat = dialogOf(page, 'Try a model')
  await chat.getByLabel('Message').fill('Hello there')
  await chat.getByRole('button', { name: 'Send' }).click()
  await chat.getByText('Good', { exact: true }).waitFor()
  await chat.getByRole('button', { name: 'Stop' }).waitFor()
  rest.resolve()
  await chat.getByText('Good morning', { exact: true }).waitFor()
  await chat.getByText('7 tokens in').waitFor()
  expect(await chat.getByRole('log', { name: 'Conversation' }).textContent()).toContain('Hello there')
  await chat.getByRole('link', { name: 'Cost and details' }).click()
  const details = dialogOf(page, 'Request')
  expect(await textOf(factOf(details, 'Streamed'))).toBe('Yes')
  await eventually(() => textOf(factOf(details, 'Key'))).toBe('Console playground')
  expect(await textOf(factOf(details, 'Cost'))).toBe('$0.000011')
  await details.getByRole('button', { name: 'Close' }).click()
}

const event = (fields: object): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'vendor-chat', ...fields })}\n\n`
const textChunk = (content: string): string => event({ choices: [{ index: 0, delta: { content } }] })
const LAST_CHUNKS = [
  event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  event({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } }),
  'data: [DONE]\n\n',
].join('')

async function openExports(page: Page): Promise<void> {
  const usage = await download(page, page.getByRole('link', { name: 'Export CSV' }))
  expect(usage.name).toBe('usage.csv')
  expect(usage.text).toContain('ann')
  await goTo(page, 'Billing')
  const ledger = await download(page, page.getByRole('link', { name: 'Ledger CSV' }))
  expect(ledger.name).toBe('ledger-acme.csv')
  expect(ledger.text).toContain('welcome')
  const calls = await download(page, page.getByRole('link', { name: /^Calls of / }))
  expect(calls.name).toMatch(/^usage-acme-\d{4}-\d{2}\.csv$/)
  expect(calls.text.trim().split('\n')).toHaveLength(usage.text.trim().split('\n').length)
  const invoice = await download(page, page.getByRole('link', { name: /^Invoice of / }))
  expect(invoice.name).toMatch(/^invoice-acme-\d{4}-\d{2}\.csv$/)
  expect(invoice.text).toMatch(/^usage,,test\/chat,/m)
  expect(invoice.text).toMatch(/^top_up,.*,welcome,.*,1,1000000\r?$/m)
}

async function download(
  page: Page,
  link: Locator,
): Promise<{ readonly name: string; readonly text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
}
