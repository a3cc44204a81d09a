import type { ClientCall } from './clients.js'
import { type Expected, expectedEnd, FAULT_IDS, FAULTS } from './faults.js'
import { groupBy, type Observed, tally, type Verdict } from './observed.js'
import { answerText, findCall, planCall } from './plan.js'
import { ACCOUNTS, hasOther } from './setting.js'
import type { VendorCall } from './vendor.js'

/** Every call ended, and as its fault wanted it: what reached the client had to, what could be healed was. */
export function checkCalls(observed: Observed): Verdict {
  const { clientCalls, vendorCalls, seed, isThorough } = observed
  const atVendor = groupBy(vendorCalls, ({ name }) => name)
  const violations = clientCalls.flatMap((call) =>
    checkCall(call, atVendor.get(call.name) ?? [], seed).map(
      (problem) => `${call.name} (${describe(call)}): ${problem}`,
    ),
  )
  const struck = new Set(vendorCalls.map(({ fault }) => fault))
  const missing = isThorough ? FAULT_IDS.filter((fault) => !struck.has(fault)) : []
  const whole = clientCalls.filter(({ end }) => end === 'whole')
  const known = new Set(clientCalls.map(({ name }) => name))
  const unknown = [...atVendor.keys()].filter((name) => !known.has(name))
  return {
    violations: [
      ...violations,
      ...missing.map((fault) => `${fault} has never struck: nothing is known of it`),
      ...unknown.map((name) => `the vendor was called for ${name}, which no client has asked for`),
      ...(whole.length === 0 ? ['no answer was delivered: nothing was tested'] : []),
    ],
    figures: [
      ['calls of clients', clientCalls.length],
      ['calls at the vendor', vendorCalls.length],
      ...tally(
        'ends',
        clientCalls.map(({ end, status }) => (end === 'refused' ? `${end} ${status}` : end)),
      ),
      ...tally(
        'clients',
        clientCalls.map(({ client }) => client),
      ),
      ...tally(
        'faults injected',
        vendorCalls.flatMap(({ fault }) => fault ?? []),
      ),
      ['faulty calls healed', countStruck(clientCalls, atVendor, 'whole')],
      ['faulty calls that reached their client', countStruck(clientCalls, atVendor, 'refused', 'cut')],
      ['answers given again', clientCalls.filter(({ repeated }) => repeated !== null).length],
      ['tokens counted', clientCalls.filter(({ counted }) => counted !== null).length],
      ['slowest call, ms', clientCalls.reduce((most, { durationMs }) => Math.max(most, durationMs), 0)],
    ],
  }
}

function describe({ client, model, end, status, message }: ClientCall): string {
  return `${client} on ${model}, ${end} ${status}${message === null ? '' : `, ${message.slice(0, 160)}`}`
}

/** What is wrong with one call, beside what the vendor has seen of it. */
export function checkCall(call: ClientCall, tries: readonly VendorCall[], seed: number): readonly string[] {
  const name = findCall(call.name)
  if (name === null) return ['it has no name']
  const plan = planCall(name, seed)
  const problems: string[] = []
  if (call.end === 'late') problems.push('it never ended')
  if (tries.filter(({ isWhole }) => isWhole).length > 1) problems.push('the vendor answered it twice')
  if (call.counted === 0) problems.push('its tokens could not be counted')
  if (call.repeated !== null && !call.repeated.replayed)
    problems.push(`its repetition was not the answer of before: ${call.repeated.text}`)
  if (call.end === 'whole') {
    if (call.text !== answerText(call.name, plan.words))
      problems.push(`it got another text: ${call.text.slice(0, 80)}`)
    if ((call.call === null) === plan.calls) problems.push(`it got ${call.call ?? 'no call'}`)
  }
  if (call.end === 'left' || call.end === 'late') return problems
  if (tries.length === 0) return [...problems, ...checkRefusal(call)]
  const fault = tries.find((attempt) => attempt.fault !== null)?.fault ?? null
  const expected = expectedEnd({ fault, streamed: plan.streamed, hasOther: hasOther(call.model) })
  if (!isExpected(call, expected, tries) && !isOutOfFunds(call))
    problems.push(`${fault ?? 'no fault'} at the vendor should have ended ${expected.end}`)
  return problems
}

function isExpected({ end, status }: ClientCall, expected: Expected, tries: readonly VendorCall[]): boolean {
  if (expected.end === 'refused') return end === 'refused' && expected.statuses.includes(status)
  // A stream that breaks before anything of it has gone out is healed, too.
  return end === expected.end || (expected.end === 'cut' && end === 'whole' && tries.length > 1)
}

/** The money of an account may end within a stream. */
function isOutOfFunds({ account, end, status }: ClientCall): boolean {
  return refusalsOf(account).includes(402) && (end === 'cut' || status === 402)
}

/** The gateway itself refuses only those that have limits. */
function checkRefusal({ account, end, status }: ClientCall): readonly string[] {
  const refusals = refusalsOf(account)
  if (end === 'refused' && refusals.includes(status)) return []
  if (end === 'cut' && refusals.includes(402)) return []
  return ['the vendor was not asked for it']
}

function refusalsOf(account: string): readonly number[] {
  return ACCOUNTS.find(({ id }) => id === account)?.refusals ?? []
}

/** Calls that a real fault struck, and that ended so. */
function countStruck(
  clientCalls: readonly ClientCall[],
  atVendor: ReadonlyMap<string, readonly VendorCall[]>,
  ...ends: readonly ClientCall['end'][]
): number {
  const isStruck = ({ fault }: VendorCall): boolean => fault !== null && !('isHarmless' in FAULTS[fault])
  return clientCalls.filter(({ name, end }) => ends.includes(end) && atVendor.get(name)?.some(isStruck))
    .length
}
