import type { ErrorAnswer, KeyCeilings, PaymentTerms, PlaygroundCall, Session, SignIn } from '../types.js'
import * as z from 'zod/mini'
import { anyText, count, id, list, nullable, object, oneOf, optional, rate, type Schema } from './base.js'
import { spendLimits } from './key.js'

export const session: Schema<Session> = object<Session>({
  actor: anyText,
  role: oneOf('operator', 'owner', 'viewer'),
  account_id: nullable(anyText),
  csrf_token: anyText,
  title: anyText,
  gateway_url: anyText,
  login_url: nullable(anyText),
  can_sign_out: z.boolean(),
  limits: nullable(
    object<KeyCeilings>({
      keys: nullable(count),
      rpm: nullable(rate),
      tpm: nullable(rate),
      concurrency: nullable(rate),
      allowed_models: nullable(list(anyText, 100_000)),
      spend_limits: nullable(spendLimits),
    }),
  ),
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
