import { render } from 'preact'
import { App } from './app.js'
import { restoreTheme } from './state/use-theme.js'

const place = document.getElementById('app') ?? document.body.appendChild(document.createElement('div'))
restoreTheme()
render(<App />, place)
