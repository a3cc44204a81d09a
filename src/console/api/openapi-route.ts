import { rawRoute, type Route } from '../route.js'

/** The document of the API. */
export const OPENAPI_ROUTES: readonly Route[] = [
  rawRoute({
    method: 'GET',
    path: 'openapi.json',
    access: 'anyone',
    summary: 'This document.',
    contentType: 'application/json',
    run: ({ apiDocument }, _call, headers) => ({
      status: 200,
      headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
      body: apiDocument(),
    }),
  }),
]
