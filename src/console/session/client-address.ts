import type { GatewayRequest } from '../../gateway/http/http.js'

/** Where a request comes from, as the host knows it; null or nothing when it cannot tell. What it throws is a 500. */
export type ClientAddress = (request: GatewayRequest) => string | null | undefined

/** No address is longer. */
const MOST_CHARACTERS = 64
const IPV6_GROUPS = 8
/** Of the /64 that one subscriber has for himself. */
const SUBSCRIBER_GROUPS = 4

/** What stands for all addresses that one caller can easily have; null for what is no address. */
export function callerOf(address: unknown): string | null {
  if (typeof address !== 'string' || address === '' || address.length > MOST_CHARACTERS) return null
  const ipv4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (ipv4 !== undefined || !address.includes(':')) return ipv4 ?? address
  const [head = [], tail = []] = address.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const zeros = Array<string>(Math.max(0, IPV6_GROUPS - head.length - tail.length)).fill('0')
  return [...head, ...zeros, ...tail]
    .slice(0, SUBSCRIBER_GROUPS)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')
}
