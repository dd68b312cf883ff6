/**
 * Optimizers by name and from configurations: `optimizers.get('adamw')`.
 */
import { OptionError } from '../../errors.js'
import { foreign } from '../../tensor/foreign.js'
import { AnyOptimizer } from '../base/any-optimizer.js'
import { deserialize, findClass, type OptimizerClass, type SerializedOptimizer } from '../base/registry.js'

/** What `optimizers.get` takes. */
export type OptimizerLike = AnyOptimizer | string | SerializedOptimizer

/**
 * The optimizer of this name (in any case), of this configuration, or the one given.
 *
 * @param custom your own classes, to be found too
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
  if (typeof identifier === 'string') return new (findClass(identifier, custom))()
  if (typeof identifier?.class_name === 'string') return deserialize(identifier, custom)
  throw new OptionError(
    `optimizers.get: ${foreign(identifier) ?? describe(identifier)} is no optimizer. Give a name, a configuration { class_name, config } or an instance.`,
  )
}

function describe(identifier: unknown): string {
  return typeof identifier === 'function' ? `the class ${identifier.name}` : String(identifier)
}
