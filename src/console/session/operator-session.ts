import { encodeBase64Url } from '../../canonical/base64-url.js'
import type { RequestHeaders } from '../../gateway/http/http.js'
import type { ConsoleContext } from '../context.js'
import { createSession, giveCookie, readSessionIds, takeCookie } from './cookie.js'

const ID_BYTES = 18

/** Opens a session for the operator and returns its `set-cookie` value; the one before it in the same browser ends. */
export async function openSession(context: ConsoleContext, headers: RequestHeaders): Promise<string> {
  await endSessions(context, headers)
  const { gateway, secrets, now, randomBytes } = context
  const session = createSession(encodeBase64Url(randomBytes(ID_BYTES)), now())
  await gateway.admin.sessions.open(session.id, session.expiresAt)
  return giveCookie((await secrets()).session, session, headers)
}

/** True when a request carries a session that is open, in whichever process it was opened. */
export async function hasSession(context: ConsoleContext, headers: RequestHeaders): Promise<boolean> {
  for (const id of await idsOf(context, headers)) {
    if (await context.gateway.admin.sessions.isOpen(id)) return true
  }
  return false
}

/** Ends the sessions of a request for whoever else has their cookie, too; returns the `set-cookie` value that takes it away. */
export async function endSessions(context: ConsoleContext, headers: RequestHeaders): Promise<string> {
  for (const id of await idsOf(context, headers)) await context.gateway.admin.sessions.end(id)
  return takeCookie(headers)
}

async function idsOf({ secrets, now }: ConsoleContext, headers: RequestHeaders): Promise<readonly string[]> {
  const { session } = await secrets()
  return readSessionIds(session, now(), headers)
}
