/** Shapes of vendors' keys and account ids, for texts that quote more than their own. */
const SHAPES: readonly RegExp[] = [
  /\b(?:sk|rk|pk)-[A-Za-z0-9_*-]{6,}/g,
  /\bAIza[0-9A-Za-z_-]{10,}/g,
  /\b(?:xai|gsk|key)-?[_-][A-Za-z0-9]{12,}/g,
  /\bBearer\s+[^\s"',]+/gi,
  // A digit, or its length, tells an id from a word: fields are named `user_location`, and their errors must stay readable.
  /\b(?:org|proj|acct|account|ws|user|prj|wrkspc)[-_](?:(?=[A-Za-z-]*\d)[A-Za-z0-9-]{6,}|[A-Za-z0-9]{16,})/g,
  /https?:\/\/[^\s"'<>)\]]+/g,
]

const MARK = '[redacted]'
const SHORTEST_SECRET = 4

/** Takes secrets out of a vendor's text before a client or a log sees it. */
export type Redact = (text: string) => string

/** `secrets`: exact strings that must never get out (keys, hosts). */
export function createRedactor(secrets: Iterable<string>): Redact {
  const exact = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET)
  exact.sort((one, other) => other.length - one.length)
  return (text) => {
    let safe = text
    for (const secret of exact) if (safe.includes(secret)) safe = safe.replaceAll(secret, MARK)
    for (const shape of SHAPES) safe = safe.replace(shape, MARK)
    return safe
  }
}
