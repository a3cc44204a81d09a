export { decodeRequest } from './decode.js'
export { encodeRequest } from './encode.js'
