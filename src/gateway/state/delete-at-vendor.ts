import { GatewayError } from '../../errors.js'
import type { Identity } from '../../keys/key-store.js'
import { asString } from '../../canonical/narrow.js'
import type { Core } from '../core.js'
import { createCancelSource } from '../send/cancel-signal.js'
import { findServing, withKey } from '../send/resolve.js'
import type { StoredResponse } from './entries.js'
import { holderOf } from './prepare-body.js'

const CLIENT = 'openai-responses'
const MAX_BYTES = 64 * 1024

/** Deletes a response at the vendor that keeps it, too. Throws `provider_error` when the vendor does not. */
export async function deleteAtVendor(core: Core, identity: Identity, entry: StoredResponse): Promise<void> {
  const { response, upstream, vendorId } = entry
  const legs = findServing(core, identity, asString(response['model']) ?? '', CLIENT)
  const leg = legs
    .flatMap((one) => [one, ...one.home.others.map((_key, index) => withKey(one, index + 1))])
    .find((one) => holderOf(one) === upstream)
  // A vendor that is no longer configured cannot be asked; what is kept here goes all the same.
  if (leg === undefined) return
  const { connection, protocol, target } = leg
  const id = vendorId ?? asString(response['id']) ?? ''
  try {
    const answer = await core.transport({
      method: 'DELETE',
      url: `${connection.baseUrl}${protocol.upstream.endpoint(target.model, false)}/${encodeURIComponent(id)}`,
      headers: connection.baseHeaders,
      body: null,
      signal: createCancelSource().signal,
      headTimeoutMs: core.settings.headTimeoutMs,
      idleTimeoutMs: core.settings.idleTimeoutMs,
    })
    await answer.text(MAX_BYTES)
    // One that is gone there was deleted, or has expired.
    if (answer.status < 300 || answer.status === 404) return
  } catch (cause) {
    throw notDeleted(cause)
  }
  throw notDeleted()
}

function notDeleted(cause?: unknown): GatewayError {
  return new GatewayError('provider_error', 'The provider did not delete the response. Try again later.', {
    cause,
  })
}
