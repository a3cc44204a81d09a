import type { JSX } from 'preact'
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type Problem, toProblem } from './api/api-error.js'
import { baseOf, createClient } from './api/client.js'
import type { Session } from './api/types.js'
import { createFormat } from './format.js'
import { BrandMark } from './parts/brand.js'
import { Loading, ProblemNote } from './parts/states.js'
import { Shell } from './shell.js'
import { SignInView } from './views/sign-in.js'

type Gate =
  | { readonly type: 'loading' }
  | { readonly type: 'failed' | 'signed-out'; readonly problem: Problem }
  | { readonly type: 'ready'; readonly session: Session }

/** The page: who is signed in decides what is shown. */
export function App(): JSX.Element {
  const [gate, setGate] = useState<Gate>({ type: 'loading' })
  const csrfToken = useRef<string | null>(null)
  const format = useMemo(() => createFormat(navigator.languages), [])
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
  const loadSession = useCallback(async (): Promise<void> => {
    csrfToken.current = null
    try {
      const session = await client.get<Session>('session')
      csrfToken.current = session.csrf_token
      setGate({ type: 'ready', session })
    } catch (thrown) {
      const problem = toProblem(thrown)
      setGate({ type: problem.status === 401 ? 'signed-out' : 'failed', problem })
    }
  }, [client])
  reload.current = () => void loadSession()
  useEffect(() => void loadSession(), [loadSession])

  const signOut = (): void => {
    void client
      .send('DELETE', 'session')
      .catch(() => undefined)
      .then(loadSession)
  }

  switch (gate.type) {
    case 'loading':
      return <Opening />
    case 'failed':
      return (
        <main class="gate">
          <div class="gate-card">
            <h1>Console</h1>
            <ProblemNote problem={gate.problem} onRetry={() => void loadSession()} />
          </div>
        </main>
      )
    case 'signed-out':
      return <SignInView client={client} signIn={gate.problem.signIn} onSignedIn={loadSession} />
    case 'ready':
      return <Shell session={gate.session} client={client} format={format} signOut={signOut} />
  }
}

function Opening(): JSX.Element {
  return (
    <main class="gate">
      <div class="gate-card">
        <div class="brand" aria-hidden="true">
          <BrandMark /> Console
        </div>
        <h1 class="visually-hidden">Console</h1>
        <Loading label="Opening the console" />
      </div>
    </main>
  )
}
