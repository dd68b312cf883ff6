/**
 * The namespace `optimizers`: making optimizers by name, and reading and writing them as Keras does.
 */
export { get, type OptimizerLike } from './get.js'
export { deserialize, type OptimizerClass, type SerializedOptimizer, serialize } from './registry.js'
