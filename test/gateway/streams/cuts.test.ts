import { describe, expect, test } from 'vitest'
import { stream } from '../../support/calls.js'
import { readAnswer } from '../../support/read-answer.js'
import type { Step } from '../../support/scripted-vendor.js'
import { createTestGateway } from '../../support/test-gateway.js'
import { failuresIn, looksFinished, renamed, TRANSCRIPTS, type Transcript } from './transcripts.js'

/** The ways in which a vendor's stream stops too early: the connection is closed, or it breaks. */
const ENDINGS: readonly (readonly [string, readonly Step[]])[] = [
  ['clean end', []],
  ['reset', [{ fault: 'reset' }]],
]
const encoder = new TextEncoder()
const { vendor, handle, records, wallet } = createTestGateway({ account: { balanceMicro: 1_000_000_000 } })

/** Where each event ends, in bytes. */
function endsOf(events: readonly string[]): number[] {
  let end = 0
  return events.map((event) => (end += encoder.encode(event).length))
}

/** What comes of a stream of which only the first `length` bytes arrive, as two reads. */
async function cut(transcript: Transcript, length: number, ending: readonly Step[]) {
  const { endpoint, events, request } = transcript
  const bytes = encoder.encode(events.join('')).subarray(0, length)
  const half = Math.floor(length / 2)
  vendor.play(stream(bytes.subarray(0, half), bytes.subarray(half), ...ending))
  const { status, text } = await readAnswer(await handle(endpoint.path, { body: request }))
  const isWhole = renamed(transcript, events.join('')).startsWith(text)
  return { status, text, isWhole, record: records.at(-1), heldMicro: wallet().heldMicro }
}

describe.each(TRANSCRIPTS)('a cut $name stream', (transcript) => {
  const { events, finish } = transcript
  const ends = endsOf(events)
  const lengthOf = (event: number) => ends[event] ?? 0
  const lastLength = lengthOf(events.length - 1)
  /** How much of the stream must be there so that it has said how the answer ended, its blank line aside. */
  const enough = lengthOf(finish) - 2
  const wholeEvents = (length: number) =>
    renamed(transcript, events.slice(0, ends.filter((end) => end <= length).length).join(''))

  /** The outcome in the terms of the rules, and the one of a stream that broke off. */
  const outcomeOf = async (at: number, ending: readonly Step[]) => {
    const { status, text, record, heldMicro } = await cut(transcript, at, ending)
    const before = wholeEvents(at)
    const failures = before === '' ? 1 : failuresIn(text.slice(before.length)).length
    const hasEvents = before === '' || text.startsWith(before)
    const isEnd = looksFinished(transcript, text)
    return { at, status, hasEvents, failures, isEnd, billed: [record?.status, record?.costMicro, heldMicro] }
  }
  const broken = (at: number) => ({
    at,
    status: wholeEvents(at) === '' ? 502 : 200,
    hasEvents: true,
    failures: 1,
    isEnd: false,
    billed: ['failed', 0, 0],
  })

  describe.each(ENDINGS)('by a %s', (_ending, ending) => {
    test('case 43: after any event before its finish is an error of the protocol, never an end', async () => {
      for (const end of [0, ...ends.slice(0, finish)]) {
        expect(await outcomeOf(end, ending)).toEqual(broken(end))
      }
    })

    test('case 43: at any byte of the event that would have finished it is an error too', async () => {
      for (let length = lengthOf(finish - 1) + 1; length < enough; length += 1) {
        expect(await outcomeOf(length, ending)).toEqual(broken(length))
      }
    })

    test('case 46c: after its finish is complete, and nothing is added to it', async () => {
      for (let length = lengthOf(finish); length <= lastLength; length += 1) {
        const { status, text, isWhole, record } = await cut(transcript, length, ending)
        expect([length, status, isWhole, record?.status]).toEqual([length, 200, true, 'completed'])
        expect(text.startsWith(wholeEvents(length))).toBe(true)
      }
    })
  })

  test('case 46c: before the blank line of its last event is complete when the connection was closed', async () => {
    for (let length = enough; length < lengthOf(finish); length += 1) {
      const { text, isWhole, record } = await cut(transcript, length, [])
      expect([length, isWhole, record?.status]).toEqual([length, true, 'completed'])
      expect(text.length).toBeGreaterThan(wholeEvents(length).length)
    }
  })

  test('case 52: pays for no word of an error', async () => {
    const { record } = await cut(transcript, lengthOf(finish - 1), [])
    expect(record).toMatchObject({ status: 'failed', costMicro: 0, errorCode: 'upstream_stream_truncated' })
  })
})

test('case 46c: a Chat answer that ended without usage is billed by an estimate that is marked as one', async () => {
  const transcript = TRANSCRIPTS.find(({ name }) => name === 'Chat')
  if (transcript === undefined) throw new Error('no transcript')
  const { record, heldMicro } = await cut(transcript, endsOf(transcript.events)[transcript.finish] ?? 0, [])
  expect(record).toMatchObject({ status: 'completed', usage: { estimated: true } })
  expect(record?.usage.outputTokens).toBeGreaterThan(0)
  expect(record?.costMicro).toBeGreaterThan(0)
  expect(heldMicro).toBe(0)
})
