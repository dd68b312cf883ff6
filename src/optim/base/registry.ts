/**
 * Optimizers as Keras writes them, and the classes they are read from (`classes.ts`).
 */
import { OptionError } from '../../errors.js'
import { unknownName } from '../../options.js'
import { kerasOptimizers, otherOptimizers } from '../catalog/classes.js'
import { type Config, checkConfig } from '../schedules/schedule.js'
import { AnyOptimizer } from './any-optimizer.js'
import { describe } from './arguments.js'

/** The constructor of an optimizer that can be read from a configuration. */
export interface OptimizerClass {
  /** Makes one. */
  // biome-ignore lint/suspicious/noExplicitAny: constructors of many forms
  new (...args: any[]): AnyOptimizer
  /** The class’s name. */
  readonly name: string
  /** Makes one of a configuration. */
  fromConfig(config: Config): AnyOptimizer
}

/** An optimizer as Keras writes it. */
export interface SerializedOptimizer {
  /** The class’s name: `AdamW`. */
  readonly class_name: string
  /** Its options, in Keras’s spelling. */
  readonly config: Config
  /** Where Keras finds the class. */
  readonly module?: string | null
  /** What Keras registered it as, if it is not Keras’s own. */
  readonly registered_name?: string | null
}

/**
 * An optimizer as Keras writes it: `{ module, class_name, config, registered_name }`, ready for JSON.
 * @param optimizer whichever
 * @throws OptionError when an option is a function
 */
export function serialize(optimizer: AnyOptimizer): SerializedOptimizer {
  const { name } = optimizer.constructor
  const known = kerasOptimizers().some((other) => other.name === name)
  return {
    module: known ? 'keras.optimizers' : 'nabla',
    class_name: name,
    config: optimizer.getConfig(),
    registered_name: known ? null : `nabla>${name}`,
  }
}

/**
 * Makes an optimizer of what `serialize`, or Python Keras, wrote.
 * @param custom your own classes, to be found too
 * @param serialized what was written
 * @throws OptionError for an unknown class or an unknown entry of its configuration
 */
export function deserialize(serialized: SerializedOptimizer, custom: readonly OptimizerClass[] = []): AnyOptimizer {
  checkConfig('deserialize', serialized)
  const config = serialized.config ?? {}
  checkConfig('deserialize', config)
  return findClass(String(serialized.class_name), custom).fromConfig(config)
}

/** The class of this name, in any case. */
export function findClass(name: string, custom: readonly OptimizerClass[]): OptimizerClass {
  const all = [...custom, ...kerasOptimizers(), ...otherOptimizers()]
  const found = all.find((other) => other.name.toLowerCase() === name.toLowerCase())
  if (found) return found
  const names = all.map((other) => other.name)
  throw unknownName('optimizers.get', 'optimizer', name, names, 'give your own class as second argument')
}

/** The optimizer inside of a wrapper's configuration. */
export function readInner(op: string, config: unknown): AnyOptimizer {
  if (config instanceof AnyOptimizer) return config
  if (typeof (config as SerializedOptimizer | null)?.class_name === 'string') {
    return deserialize(config as SerializedOptimizer)
  }
  throw new OptionError(
    `${op}: the configuration has no inner optimizer, got ${describe(config)}. Give { class_name, config }.`,
  )
}
