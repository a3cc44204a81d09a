import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { ApiError, type Problem, toProblem } from '../api/api-error.js'
import { baseOf, type Client, createClient } from '../api/client.js'
import type { Session } from '../api/types.js'
import { takeSignInToken } from '../sign-in-link.js'

/** Whether somebody is signed in, as far as it is known. */
export type Gate =
  | { readonly type: 'loading' }
  | { readonly type: 'failed' | 'signed-out'; readonly problem: Problem }
  | { readonly type: 'ready'; readonly session: Session }

/** Cookies of a console that is not on the own machine are for HTTPS alone. */
const LOST_SESSION: Problem = {
  status: 401,
  code: 'session_lost',
  message:
    'The token is right, but the browser did not keep the session. Open the console over HTTPS, or on localhost, with cookies allowed.',
  param: null,
  requestId: null,
  retryAfterSeconds: null,
  signIn: { login: 'token', loginUrl: null },
}

/** The one session of the page. */
export interface SessionState {
  readonly gate: Gate
  readonly client: Client
  /** Asks anew who is signed in. */
  readonly reload: () => void
  /** Rejects when the token is not taken, or the browser loses the session. */
  readonly signIn: (token: string) => Promise<void>
  /** Rejects when the session could not be ended. */
  readonly signOut: () => Promise<void>
}

/** Asks who is signed in, signs in by the link that one came with, and notices when the session has ended. */
export function useSession(): SessionState {
  const [gate, setGate] = useState<Gate>({ type: 'loading' })
  const csrfToken = useRef<string | null>(null)
  const reload = useRef(() => {})
  const client = useMemo(
    () =>
      createClient({
        fetch: (url, init) => fetch(url, init),
        base: baseOf(location.pathname),
        csrfToken: () => csrfToken.current,
        onSignedOut: () => {
          if (csrfToken.current !== null) reload.current()
        },
      }),
    [],
  )
  const loadSession = useCallback(async (): Promise<Gate> => {
    csrfToken.current = null
    const next = await readSession(client)
    if (next.type === 'ready') csrfToken.current = next.session.csrf_token
    setGate(next)
    return next
  }, [client])
  const signIn = useCallback(
    async (token: string): Promise<void> => {
      // A refusal now is one of the token, not the end of a session.
      csrfToken.current = null
      await client.send('POST', 'session', { token })
      if ((await loadSession()).type === 'signed-out') throw new ApiError(LOST_SESSION)
    },
    [client, loadSession],
  )
  reload.current = () => void loadSession()
  useEffect(() => {
    const openLink = (): boolean => {
      const token = takeSignInToken()
      if (token === null) return false
      setGate({ type: 'loading' })
      signIn(token).catch((thrown: unknown) => setGate({ type: 'signed-out', problem: toProblem(thrown) }))
      return true
    }
    if (!openLink()) void loadSession()
    addEventListener('hashchange', openLink)
    return () => removeEventListener('hashchange', openLink)
  }, [loadSession, signIn])

  const signOut = async (): Promise<void> => {
    await client.send('DELETE', 'session')
    await loadSession()
  }
  return { gate, client, reload: reload.current, signIn, signOut }
}

async function readSession(client: Client): Promise<Gate> {
  try {
    return { type: 'ready', session: await client.get<Session>('session') }
  } catch (thrown) {
    const problem = toProblem(thrown)
    if (problem.status !== 401) return { type: 'failed', problem }
    // The page sent no token: a wrong one is that of a proxy in front of the console, and says nothing of who is here.
    return { type: 'signed-out', problem: { ...problem, code: 'not_signed_in' } }
  }
}
