/**
 * A text as a number from 0 to 1, neither of them: the same text always gives the same, texts that differ a little give
 * numbers that have nothing to do with each other. For spreading only, not for secrets.
 */
export function hashToUnit(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  // The last letters would only reach the low bits: spread them over all of them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (((hash ^ (hash >>> 16)) >>> 0) + 1) / (2 ** 32 + 2)
}
