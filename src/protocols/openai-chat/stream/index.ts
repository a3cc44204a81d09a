export { createStreamDecoder } from './decoder.js'
export { createStreamEncoder } from './encoder.js'
export { notable, observeEvent, observeResponse, outputText, responseText } from './observe.js'
