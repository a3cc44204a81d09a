import { expect } from 'vitest'
import type { Usage, Warning } from '../../src/index.js'
import { eventually } from '../contracts/http-server.js'
import { EXPECTED_LOSSES } from './losses.js'
import type { Stage } from './stage.js'
import { MICRO_PER_TOKEN } from './upstreams.js'
import type { VendorCall } from './vendor/scripted-agent.js'

/** The ledger holds what the vendor counted, at the price of the model, and nothing is held any more. */
export async function checkMoney({ vendor, records, money }: Stage): Promise<void> {
  await eventually(() => money().heldMicro === 0 && records.length >= vendor.calls.length)
  const billed = vendor.calls.filter(isBilled)
  expect(money()).toEqual({ spentMicro: sum(billed.map(({ usage }) => priceOf(usage))), heldMicro: 0 })
  const completed = records.filter(({ status }) => status === 'completed')
  expect(completed.map(({ costMicro }) => costMicro).toSorted(ascending)).toEqual(
    billed.map(({ usage }) => priceOf(usage)).toSorted(ascending),
  )
}

/** What failed at the vendor is not billed, even when a part of it went out. */
function isBilled({ outcome }: VendorCall): boolean {
  return outcome === 'complete' || outcome === 'full'
}

function priceOf(usage: Usage): number {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage
  const plainTokens = inputTokens - cacheReadTokens - cacheWriteTokens
  return (
    plainTokens * MICRO_PER_TOKEN.input +
    cacheReadTokens * MICRO_PER_TOKEN.cacheRead +
    cacheWriteTokens * MICRO_PER_TOKEN.cacheWrite +
    outputTokens * MICRO_PER_TOKEN.output
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function ascending(left: number, right: number): number {
  return left - right
}

/** Losses that are not among the expected ones, each once. */
export function unexpectedLosses(warnings: readonly Warning[]): readonly string[] {
  const losses = warnings.map(({ code, path, message }) => ({
    loss: `${code} ${path.replaceAll(/\[\d+\]/g, '[]')}`,
    message,
  }))
  const unexpected = losses.filter(({ loss }) => !Object.hasOwn(EXPECTED_LOSSES, loss))
  return [...new Set(unexpected.map(({ loss, message }) => `${loss}: ${message}`))]
}
