/**
 * The entry `nabla/data`: from files, arrays and generators to tensors. It stands on `nabla`, and shares its tensors.
 */
import './index.js'

export { type BatchesOptions, batches } from './data/batches.js'
export type { Batched, Numeric } from './data/collate.js'
export { Dataset, type DatasetFold, type DatasetShuffleOptions, type SampleOptions } from './data/dataset.js'
export type { Items } from './data/sources.js'
export type { WindowOptions } from './data/stages.js'
