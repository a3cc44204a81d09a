export { readError, decodeError } from './decode.js'
export { encodeError, encodeStreamError, encodeUpstreamError } from './encode.js'
