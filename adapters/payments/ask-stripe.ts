import { GatewayError } from '../../src/index.js'

/** Asks Stripe; whatever goes wrong there is a `provider_error` without a word of Stripe's that may hold a secret. */
export async function askStripe<T>(question: () => PromiseLike<T>): Promise<T> {
  try {
    return await question()
  } catch (thrown) {
    const cause = describe(thrown)
    throw new GatewayError('provider_error', `The payment provider has not done it: ${cause.message}.`, {
      cause,
    })
  }
}

/** Kind, code and field of an error of Stripe's: never its message, which may quote a key, nor the request. */
function describe(thrown: unknown): Error {
  const fields: Readonly<Record<string, unknown>> =
    typeof thrown === 'object' && thrown !== null ? { ...thrown } : {}
  const words = ['type', 'code', 'param', 'statusCode', 'requestId'].flatMap((name) => {
    const value = fields[name]
    return typeof value === 'string' || typeof value === 'number' ? [`${name} ${value}`] : []
  })
  return new Error(words.length === 0 ? 'unknown error' : words.join(', '))
}
