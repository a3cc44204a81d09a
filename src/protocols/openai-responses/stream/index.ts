export { createStreamDecoder } from './decoder.js'
export { createStreamEncoder } from './encoder.js'
