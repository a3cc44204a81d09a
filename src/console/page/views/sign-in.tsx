import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Problem } from '../api/api-error.js'
import { BrandMark } from '../parts/brand.js'
import { TextField } from '../parts/field.js'
import { Note, ProblemNote } from '../parts/states.js'
import { useSubmit } from '../state/use-resource.js'

/** Sign in at the host's own page, with the operator's token, or by either, the host's first. */
export function SignInView({
  title,
  problem,
  signIn,
}: {
  /** The console's. */
  readonly title: string
  /** Why nobody is signed in. */
  readonly problem: Problem
  readonly signIn: (token: string) => Promise<void>
}): JSX.Element {
  useEffect(() => {
    document.title = `Sign in · ${title}`
  }, [title])
  const { login, loginUrl = null } = problem.signIn ?? {}
  const isHost = login === 'host'
  return (
    <main class="gate">
      <div class="gate-card">
        <div class="brand">
          <BrandMark /> {title}
        </div>
        <h1>Sign in</h1>
        {(isHost || loginUrl !== null) && <HostLogin loginUrl={loginUrl} />}
        {!isHost && (
          <TokenForm
            before={problem.code === 'not_signed_in' ? null : problem}
            isSecond={loginUrl !== null}
            signIn={signIn}
          />
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
  before,
  isSecond,
  signIn,
}: {
  /** What went wrong on the way here. */
  readonly before: Problem | null
  /** True below the host's own login. */
  readonly isSecond: boolean
  readonly signIn: (token: string) => Promise<void>
}): JSX.Element {
  const [token, setToken] = useState('')
  const { isBusy, problem, submit } = useSubmit()
  const fault = isBusy ? null : (problem ?? before)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit(() => signIn(token))
      }}
    >
      {isSecond && <p class="muted">Operators may also sign in with their token.</p>}
      <TextField
        label="Operator token"
        type="password"
        autoComplete="current-password"
        hint="The token that the gateway was started with."
        value={token}
        onValue={setToken}
        isRequired
      />
      {fault !== null && <ProblemNote problem={fault} />}
      <button type="submit" class={isSecond ? 'button wide' : 'button primary wide'} disabled={isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  )
}
