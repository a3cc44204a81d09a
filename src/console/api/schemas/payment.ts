import * as z from 'zod/mini'
import type { Checkout, NewCheckout } from '../types.js'
import { anyText, object, rate, type Schema } from './base.js'

export const newCheckout: Schema<NewCheckout> = object<NewCheckout>({
  amount_micro: rate,
  return_url: z.string().check(z.regex(/^https?:\/\/[^\s]{1,2000}$/, 'must be an http(s) URL')),
})

export const checkout: Schema<Checkout> = object<Checkout>({ url: anyText })
