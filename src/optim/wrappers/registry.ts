/**
 * Optimizers by name, for configurations of wrappers: the algorithms, which wrappers stand above, and the wrappers that are loaded.
 * New algorithms are added here. (`catalog.ts` stands above them all.)
 */
import { OptionError } from '../../errors.js'
import { asKerasObject, type Config, checkConfig, isKerasObject } from '../../keras-names.js'
import { unknownName } from '../../options.js'
import { AdaBelief } from '../adabelief.js'
import { Adadelta } from '../adadelta.js'
import { Adafactor } from '../adafactor.js'
import { Adagrad } from '../adagrad.js'
import { Adam } from '../adam.js'
import { Adamax } from '../adamax.js'
import { AdamW } from '../adamw.js'
import { AnyOptimizer } from '../base/any-optimizer.js'
import { describe } from '../base/arguments.js'
import { Ftrl } from '../ftrl.js'
import { Lamb } from '../lamb.js'
import { LBFGS } from '../lbfgs.js'
import { Lion } from '../lion.js'
import { Muon } from '../muon.js'
import { Nadam } from '../nadam.js'
import { RAdam } from '../radam.js'
import { RMSprop } from '../rmsprop.js'
import { ScheduleFreeAdamW } from '../schedule-free-adamw.js'
import { SGD } from '../sgd.js'

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
  /** The module where Keras finds the class. */
  readonly module?: string | null
  /** The name under which Keras has it registered, if it is not Keras’s own. */
  readonly registered_name?: string | null
}

/** The algorithms that Keras has, too: they are serialized as Keras's, which reads them. */
const kerasAlgorithms = (): OptimizerClass[] => {
  const ruled = [Adadelta, Adafactor, Adagrad, Adam, Adamax, AdamW, Ftrl, Lamb, Lion, Muon, Nadam, RMSprop]
  return [...ruled, ScheduleFreeAdamW, SGD]
}

/** The algorithms that only nabla has. */
function otherAlgorithms(): OptimizerClass[] {
  return [AdaBelief, LBFGS, RAdam]
}

const wrappers = { keras: new Set<OptimizerClass>(), other: new Set<OptimizerClass>() }

/**
 * Adds a wrapper to those that are found by name. Called by a static field of its class, marked as pure, so that bundlers drop a
 * wrapper that nobody uses.
 */
// @__NO_SIDE_EFFECTS__
export function register(wrapper: OptimizerClass, owner: 'keras' | 'other' = 'other'): true {
  wrappers[owner].add(wrapper)
  return true
}

/** Returns the classes that are found by name, those that Keras has and those that it does not have. */
export const knownClasses = (): Record<'keras' | 'other', OptimizerClass[]> => ({
  keras: [...kerasAlgorithms(), ...wrappers.keras],
  other: [...otherAlgorithms(), ...wrappers.other],
})

/**
 * Returns an optimizer as Keras writes it: `{ module, class_name, config, registered_name }`, ready for JSON.
 * @param optimizer any optimizer
 * @throws OptionError when an option is a function
 */
export function serialize(optimizer: AnyOptimizer): SerializedOptimizer {
  return asKerasObject(optimizer, 'keras.optimizers', new Set(knownClasses().keras.map(({ name }) => name)))
}

/**
 * Makes an optimizer from what `serialize`, or Python Keras, wrote.
 * @param custom custom classes, to be found too
 * @param serialized the object that was written
 * @throws OptionError for an unknown class or an unknown entry of its configuration
 */
export function deserialize(serialized: SerializedOptimizer, custom: readonly OptimizerClass[] = []): AnyOptimizer {
  checkConfig('deserialize', serialized)
  const config = serialized.config ?? {}
  checkConfig('deserialize', config)
  return findClass(String(serialized.class_name), custom).fromConfig(config)
}

/** Returns the class of this name, in any case. */
export function findClass(name: string, custom: readonly OptimizerClass[]): OptimizerClass {
  const { keras, other } = knownClasses()
  const all = [...new Set([...custom, ...keras, ...other])]
  const found = all.find((one) => one.name.toLowerCase() === name.toLowerCase())
  if (found) return found
  const names = all.map((one) => one.name)
  throw unknownName('optimizers.get', 'optimizer', name, names, 'pass a custom class as second argument')
}

/** Returns the optimizer in a wrapper's configuration. */
export function readInner(op: string, config: unknown): AnyOptimizer {
  if (config instanceof AnyOptimizer) return config
  if (isKerasObject(config)) return deserialize(config)
  throw new OptionError(
    `${op}: the configuration has no inner optimizer, got ${describe(config)}. Pass { class_name, config }.`,
  )
}
