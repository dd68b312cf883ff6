/**
 * The namespace `optimizers`: making optimizers by name, and reading and writing them as Keras does.
 */

export { deserialize, type OptimizerClass, type SerializedOptimizer, serialize } from '../base/registry.js'
export { get, type OptimizerLike } from './get.js'
