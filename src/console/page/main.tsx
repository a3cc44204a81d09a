import { render } from 'preact'
import { App } from './app.js'
import { restoreTheme } from './state/use-theme.js'

const place = document.getElementById('app') ?? document.body.appendChild(document.createElement('div'))
restoreTheme()
addEventListener('pageshow', ({ persisted }) => {
  // What the browser kept of a page that was left is older than the session, and may be busy with leaving.
  if (persisted) location.reload()
})
render(<App title={document.title} />, place)
