import type { ConsoleError } from './console-error.js'
import type { GatewayError } from '../errors.js'
import type { Gateway } from '../gateway/gateway.js'
import type { PaymentProvider } from './payments/payment-provider.js'
import type { Authorize } from './principal.js'
import type { ClientAddress } from './session/client-address.js'

/** A request that the console answered with an error. */
export interface ConsoleErrorEvent {
  readonly requestId: string
  readonly method: string
  /** Below the console's mount, without query; as the client wrote it. */
  readonly path: string
  /** What the client was told. */
  readonly error: GatewayError | ConsoleError
  /** What really happened, for the operator's log; may hold internals. */
  readonly cause: unknown
}

/** What `createConsole` takes: a gateway, and at least one of `authorize` and `operatorToken`. */
export interface ConsoleOptions {
  readonly gateway: Gateway
  /** The host's own login, which knows what an owner may set, too. Asked first, on every request. */
  readonly authorize?: Authorize | undefined
  /** At least 16 characters, random: who has it is an operator, by `Authorization: Bearer` or by signing in on the page. */
  readonly operatorToken?: string | undefined
  /**
   * The caller's address, as far as a caller cannot choose it, behind a proxy the one that the proxy vouches for: from it,
   * 30 wrong tokens a minute are looked at. Default: unknown, wrong tokens are not counted.
   */
  readonly clientAddress?: ClientAddress | undefined
  /** Takes top-ups. Default: none. */
  readonly payments?: PaymentProvider | undefined
  /** Origins that a payment may lead back to, beside the one that a browser asks from: programs name none. Default: none. */
  readonly returnOrigins?: readonly string[] | undefined
  /** Where clients reach the gateway: an absolute URL, or a path on the console's origin. Default `/`. */
  readonly gatewayUrl?: string | undefined
  /** Where the page sends who is not signed in; beside an `operatorToken` it offers both. */
  readonly loginUrl?: string | undefined
  /** Default `Console`. */
  readonly title?: string | undefined
  /** Sees every error that is answered; what it throws is ignored. */
  readonly onError?: ((event: ConsoleErrorEvent) => void) | undefined
  /** Milliseconds since the epoch. Default: the system clock. */
  readonly now?: (() => number) | undefined
  /** Cryptographically random bytes. Default: `crypto.getRandomValues`. */
  readonly randomBytes?: ((length: number) => Uint8Array) | undefined
}

/** Throws a `TypeError` that says which options cannot be. */
export function checkOptions({
  gateway,
  authorize,
  operatorToken,
  gatewayUrl,
  loginUrl,
  returnOrigins = [],
}: ConsoleOptions): void {
  const problems = [
    gateway === undefined && 'gateway is missing',
    authorize === undefined && operatorToken === undefined && 'authorize or operatorToken must be given',
    operatorToken !== undefined && !isToken(operatorToken) && TOKEN_PROBLEM,
    gatewayUrl !== undefined && !isPlace(gatewayUrl) && `gatewayUrl ${PLACE_PROBLEM}`,
    loginUrl !== undefined && !isPlace(loginUrl) && `loginUrl ${PLACE_PROBLEM}`,
    !(Array.isArray(returnOrigins) && returnOrigins.every(isOrigin)) && ORIGINS_PROBLEM,
  ].filter((problem) => problem !== false)
  if (problems.length > 0) throw new TypeError(`createConsole: ${problems.join('; ')}.`)
}

const TOKEN_PROBLEM = 'operatorToken must be 16 to 1024 visible ASCII characters, 6 of them different'
/** Random ones have more: 16 hexadecimal digits about ten. */
const LEAST_DIFFERENT = 6
const PLACE_PROBLEM = 'must be an http(s) URL or a path that begins with one /'

function isToken(token: unknown): boolean {
  return (
    typeof token === 'string' &&
    /^[\x21-\x7e]{16,1024}$/.test(token) &&
    new Set(token).size >= LEAST_DIFFERENT
  )
}

const ORIGINS_PROBLEM = 'returnOrigins must be a list of http(s) origins like https://app.example'

function isOrigin(origin: unknown): boolean {
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false
  return /^https?:/.test(origin) && new URL(origin).origin === origin
}

/** The page puts these into links: nothing like `javascript:` or `//elsewhere` may stand there. */
function isPlace(place: unknown): boolean {
  return typeof place === 'string' && /^(?:https?:\/\/[^\s/]|\/(?![/\\]))\S*$|^\/$/.test(place)
}
