export { decodeResponse } from './decode.js'
export { encodeResponse } from './encode.js'
