export { inspectRequest, routeRequest } from './inspect.js'
export { decodeRequest } from './decode/index.js'
export { encodeRequest } from './encode/index.js'
export { dropForeignState } from './foreign-state.js'
