import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { SignIn } from '../api/api-error.js'
import type { Client } from '../api/client.js'
import { BrandMark } from '../parts/brand.js'
import { TextField } from '../parts/field.js'
import { Note, ProblemNote } from '../parts/states.js'
import { useSubmit } from '../state/use-resource.js'

/** Sign in with the operator's token, or at the host's own page. */
export function SignInView({
  client,
  signIn,
  onSignedIn,
}: {
  readonly client: Client
  readonly signIn: SignIn | null
  readonly onSignedIn: () => Promise<void>
}): JSX.Element {
  useEffect(() => {
    document.title = 'Sign in · Console'
  }, [])
  return (
    <main class="gate">
      <div class="gate-card">
        <div class="brand">
          <BrandMark /> Console
        </div>
        <h1>Sign in</h1>
        {signIn?.login === 'host' ? (
          <HostLogin loginUrl={signIn.loginUrl} />
        ) : (
          <TokenForm client={client} onSignedIn={onSignedIn} />
        )}
      </div>
    </main>
  )
}

function HostLogin({ loginUrl }: { readonly loginUrl: string | null }): JSX.Element {
  if (loginUrl === null)
    return <Note>Sign in to the application that this console belongs to, then reload.</Note>
  return (
    <>
      <p class="muted">This console uses the login of the application that it belongs to.</p>
      <a class="button primary wide" href={loginUrl}>
        Go to sign-in
      </a>
    </>
  )
}

function TokenForm({
  client,
  onSignedIn,
}: {
  readonly client: Client
  readonly onSignedIn: () => Promise<void>
}): JSX.Element {
  const [token, setToken] = useState('')
  const [isCookieLost, setCookieLost] = useState(false)
  const { isBusy, problem, submit } = useSubmit()
  const signIn = async (): Promise<void> => {
    setCookieLost(false)
    await client.send('POST', 'session', { token })
    await onSignedIn()
    // Still here: the token was right, but the session did not come back.
    setCookieLost(true)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit(signIn)
      }}
    >
      <TextField
        label="Operator token"
        type="password"
        autoComplete="current-password"
        hint="The token that the gateway was started with."
        value={token}
        onValue={setToken}
        isRequired
      />
      {problem !== null && <ProblemNote problem={problem} />}
      {isCookieLost && (
        <Note tone="warn">
          The token is right, but the browser did not keep the session. Open the console over HTTPS, or on
          localhost, with cookies allowed.
        </Note>
      )}
      <button type="submit" class="button primary wide" disabled={isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  )
}
