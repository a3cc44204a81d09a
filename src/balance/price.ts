export type { ModelPrice, TokenPrice } from '../canonical/price.js'
