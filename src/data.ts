/**
 * The entry `nabla/data`: from files, arrays and generators to tensors. It needs `nabla`, and shares its tensors.
 */
import './index.js'

export { type BatchesOptions, batches } from './data/batches.js'
