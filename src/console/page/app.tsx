import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { createFormat } from './format.js'
import { BrandMark } from './parts/brand.js'
import { Loading, ProblemNote } from './parts/states.js'
import { Shell } from './shell.js'
import { useSession } from './state/use-session.js'
import { SignInView } from './views/sign-in.js'

/** The page: who is signed in decides what is shown. `title`: the console's, which nobody has to sign in for. */
export function App({ title }: { readonly title: string }): JSX.Element {
  const format = useMemo(() => createFormat(navigator.languages), [])
  const { gate, client, reload, signIn, signOut } = useSession()
  switch (gate.type) {
    case 'loading':
      return <Opening title={title} />
    case 'failed':
      return (
        <main class="gate">
          <div class="gate-card">
            <h1>{title}</h1>
            <ProblemNote problem={gate.problem} onRetry={reload} />
          </div>
        </main>
      )
    case 'signed-out':
      return <SignInView title={title} problem={gate.problem} signIn={signIn} />
    case 'ready':
      return <Shell session={gate.session} client={client} format={format} signOut={signOut} />
  }
}

function Opening({ title }: { readonly title: string }): JSX.Element {
  return (
    <main class="gate">
      <div class="gate-card">
        <div class="brand" aria-hidden="true">
          <BrandMark /> {title}
        </div>
        <h1 class="visually-hidden">{title}</h1>
        <Loading label="Opening the console" />
      </div>
    </main>
  )
}
