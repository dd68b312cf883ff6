/**
 * The namespace `optimizers`: every optimizer by its name and from configurations, as Keras has it: `optimizers.get('adamw')`.
 */
import { OptionError } from '../errors.js'
import { isKerasObject } from '../keras-names.js'
import { foreign } from '../tensor/foreign.js'
import { AnyOptimizer } from './base/any-optimizer.js'
import { Lookahead } from './wrappers/lookahead.js'
import { LossScaleOptimizer } from './wrappers/loss-scale-optimizer.js'
import { MultiOptimizer } from './wrappers/multi-optimizer.js'
import {
  findClass,
  type OptimizerClass,
  deserialize as readLoaded,
  type SerializedOptimizer,
} from './wrappers/registry.js'
import { SAM } from './wrappers/sam.js'

export { type OptimizerClass, type SerializedOptimizer, serialize } from './wrappers/registry.js'

/** The values that `optimizers.get` takes. */
export type OptimizerLike = AnyOptimizer | string | SerializedOptimizer

/** Custom classes, and the wrappers: a bundler keeps them with this file. */
const withWrappers = (custom: readonly OptimizerClass[]): OptimizerClass[] => {
  return [...custom, Lookahead, LossScaleOptimizer, MultiOptimizer, SAM]
}

/**
 * Makes an optimizer from what `serialize`, or Python Keras, wrote.
 * @param custom custom classes, to be found too
 * @param serialized the object that was written
 * @throws OptionError for an unknown class or an unknown entry of its configuration
 */
export function deserialize(serialized: SerializedOptimizer, custom: readonly OptimizerClass[] = []): AnyOptimizer {
  return readLoaded(serialized, withWrappers(custom))
}

/**
 * Returns the optimizer of this name (in any case), of this configuration, or the one given.
 *
 * @param custom custom classes, to be found too
 * @param identifier a name, a configuration, or an optimizer
 * @returns null for null, as in Keras
 * @throws OptionError for an unknown name or anything else
 * @example
 * String(optimizers.get('sgd')) // => 'SGD(learningRate: 0.01, momentum: 0, nesterov: false)'
 */
export function get(identifier: OptimizerLike, custom?: readonly OptimizerClass[]): AnyOptimizer
export function get(identifier: OptimizerLike | null, custom?: readonly OptimizerClass[]): AnyOptimizer | null
export function get(identifier: OptimizerLike | null, custom: readonly OptimizerClass[] = []): AnyOptimizer | null {
  if (identifier === null || identifier instanceof AnyOptimizer) return identifier
  if (typeof identifier === 'string') return new (findClass(identifier, withWrappers(custom)))()
  if (isKerasObject(identifier)) return deserialize(identifier, custom)
  throw new OptionError(
    `optimizers.get: ${foreign(identifier) ?? describe(identifier)} is not an optimizer. Pass a name, a configuration { class_name, config } or an instance.`,
  )
}

function describe(identifier: unknown): string {
  return typeof identifier === 'function' ? `the class ${identifier.name}` : String(identifier)
}
