import type { ErrorAnswer, PaymentTerms, PlaygroundCall, Session, SignIn } from '../types.js'
import * as z from 'zod/mini'
import { anyText, count, id, list, nullable, object, oneOf, optional, type Schema } from './base.js'

export const session: Schema<Session> = object<Session>({
  actor: anyText,
  role: oneOf('operator', 'owner', 'viewer'),
  account_id: nullable(anyText),
  csrf_token: anyText,
  title: anyText,
  gateway_url: anyText,
  login_url: nullable(anyText),
  can_sign_out: z.boolean(),
  payments: nullable(object<PaymentTerms>({ name: anyText, minimum_micro: count, methods: list(anyText) })),
  version: anyText,
})

export const signIn: Schema<SignIn> = object<SignIn>({
  token: z.string().check(z.minLength(1), z.maxLength(1024)),
})

/** The gateway itself checks the rest. */
export const playgroundCall: Schema<PlaygroundCall> = z.looseObject({ account_id: z.optional(id) })

export const errorAnswer: Schema<ErrorAnswer> = object<ErrorAnswer>({
  error: object<ErrorAnswer['error']>({
    message: anyText,
    type: anyText,
    code: anyText,
    param: nullable(anyText),
  }),
  request_id: anyText,
  login: optional(oneOf('token', 'host')),
  login_url: optional(nullable(anyText)),
})
