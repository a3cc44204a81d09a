import type { JsonObject, JsonValue } from '../../canonical/json.js'
import type { Route } from '../route.js'
import type { ShapeName } from './schemas/index.js'
import { toJsonSchemas } from './schemas/to-json-schemas.js'

const OTHER_ERRORS = { 400: 'What is sent cannot be.', 429: 'Too many requests.' } as const
const MEMBER_ERRORS = {
  401: 'Not signed in: `login` says how to.',
  403: 'Not for this role, or without the token of the session.',
  404: 'There is none, or it is somebody else’s.',
} as const

/** The API as an OpenAPI 3.1 document; paths are relative to the folder `api/v1` below the console. */
export function describeApi(routes: readonly Route[], version: string): JsonObject {
  const schemas = toJsonSchemas()
  const paths: Record<string, Record<string, JsonValue>> = {}
  for (const route of routes) {
    const path = (paths[`/${route.path}`] ??= {})
    path[route.method.toLowerCase()] = describeRoute(route, schemas)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'crossmodel-gateway console',
      version,
      description:
        'Money is in integer micro-USD (1 USD = 1,000,000), times are RFC 3339. Pages of lists: give `next` back as `after`. ' +
        'Requests that write carry `x-csrf-token` (of `GET session`) unless the operator token authorizes them.',
    },
    servers: [{ url: '.', description: 'The folder of this document.' }],
    security: [{ operatorToken: [] }, { session: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        operatorToken: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'crossmodel_console' },
      },
    },
  }
}

function describeRoute(route: Route, schemas: Readonly<Record<string, JsonObject>>): JsonObject {
  const { summary, access, body } = route
  return {
    operationId: operationId(route),
    summary,
    'x-access': access,
    ...(access === 'anyone' ? { security: [] } : {}),
    parameters: [...describePath(route.path), ...describeQuery(schemas[route.query])],
    ...(body === null ? {} : { requestBody: { required: true, content: describeBody(body) } }),
    responses: describeAnswers(route),
  }
}

/** `GET accounts/{account_id}/keys` → `get_accounts_account_id_keys`. */
function operationId({ method, path }: Route): string {
  return `${method} ${path}`.toLowerCase().replaceAll(/\W+/g, '_').replace(/_$/, '')
}

function describePath(path: string): readonly JsonObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function describeQuery(shape: JsonObject | undefined): readonly JsonObject[] {
  const fields = (shape?.['properties'] ?? {}) as JsonObject
  const needed = (shape?.['required'] ?? []) as readonly string[]
  return Object.entries(fields).map(([name, schema]) => ({
    name,
    in: 'query',
    required: needed.includes(name),
    schema,
  }))
}

function describeBody(body: ShapeName | 'raw'): JsonObject {
  return { 'application/json': { schema: body === 'raw' ? {} : reference(body) } }
}

function describeAnswers({ answer, status = 200, access }: Route): JsonObject {
  const errors = Object.entries({ ...OTHER_ERRORS, ...(access === 'anyone' ? {} : MEMBER_ERRORS) })
  return {
    [status]: { description: 'Done.', ...describeContent(answer) },
    ...Object.fromEntries(
      errors.map(([code, description]) => [
        code,
        { description, content: { 'application/json': { schema: reference('Error') } } },
      ]),
    ),
  }
}

function describeContent(answer: Route['answer']): JsonObject {
  if (answer === null) return {}
  if ('contentType' in answer) return { content: { [answer.contentType]: { schema: {} } } }
  return { content: { 'application/json': { schema: reference(answer.shape) } } }
}

function reference(shape: ShapeName): JsonObject {
  return { $ref: `#/components/schemas/${shape}` }
}
