import { afterAll } from 'vitest'
import { replyTo, startSimulatedVendor } from '../../../../adapters/command/simulated-vendor/index.js'
import type {
  SimulatedVendor,
  SimulatedVendorOptions,
} from '../../../../adapters/command/simulated-vendor/index.js'

/** A vendor on a free port that lives as long as the test file. */
export async function openVendor(options: SimulatedVendorOptions = {}): Promise<SimulatedVendor> {
  const vendor = await startSimulatedVendor(options)
  afterAll(() => vendor.close())
  return vendor
}

/** What the tests read in JSON that the vendor wrote: wrong paths give undefined, and the test fails on that. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any

export interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The data of each event as JSON; for a body in one piece, that. */
  readonly data: readonly Loose[]
  /** The `event:` names, where there are any. */
  readonly names: readonly string[]
  readonly text: string
}

/** Asks the pure function, without any transport. */
export function ask(path: string, body: unknown, headers: Record<string, string> = {}): Told {
  const request = {
    method: 'POST',
    path,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }
  const reply = replyTo(request)
  const text = reply.events.join('')
  const lines = text.split(/\r?\n/)
  const data = lines.filter((line) => line.startsWith('data: {')).map((line) => line.slice(6))
  return {
    status: reply.status,
    headers: reply.headers,
    data: (data.length > 0 ? data : [text]).filter(Boolean).map((json) => JSON.parse(json)),
    names: lines.filter((line) => line.startsWith('event: ')).map((line) => line.slice(7)),
    text,
  }
}

/** A schema with every kind of value that arguments are made for. */
export const WEATHER_SCHEMA = {
  type: 'object',
  properties: {
    city: { type: 'string' },
    unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
    days: { type: 'integer', minimum: 3 },
    note: { type: 'string' },
  },
  required: ['city', 'unit', 'days'],
  additionalProperties: false,
} as const

export const WEATHER_ARGUMENTS = { city: 'simulated city', unit: 'celsius', days: 3 }
