import { render } from 'preact'
import { App } from './app.js'

const place = document.getElementById('app') ?? document.body.appendChild(document.createElement('div'))
render(<App />, place)
