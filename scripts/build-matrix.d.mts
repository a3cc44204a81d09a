import type * as api from '../src/index.js'

export declare function buildMatrix(api: typeof api): string
