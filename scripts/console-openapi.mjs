// Writes the OpenAPI document of the console's API, as the console that has just been built serves it.
import { writeFile } from 'node:fs/promises'
import { createConsole } from '../dist/src/console/index.js'

/** The document needs no gateway. */
const gateway = { admin: {} }
const console = createConsole({ gateway, operatorToken: 'nobody-signs-in-here' })
const { status, body } = await console.handle({
  method: 'GET',
  path: '/api/v1/openapi.json',
  headers: {},
  body: null,
})
if (status !== 200) throw new Error(`The console answers with ${status}: ${body}`)
const file = new URL('../dist/src/console/openapi.json', import.meta.url)
await writeFile(file, `${JSON.stringify(JSON.parse(body), null, 2)}\n`)
