/**
 * Optimizers by name and from configurations: `optimizers.get('adamw')`.
 */
import { OptionError } from '../errors.js'
import { nearest } from '../options.js'
import { AdaBelief } from './adabelief.js'
import { Adadelta } from './adadelta.js'
import { Adafactor } from './adafactor.js'
import { Adagrad } from './adagrad.js'
import { Adam } from './adam.js'
import { Adamax } from './adamax.js'
import { AdamW } from './adamw.js'
import { AnyOptimizer } from './any-optimizer.js'
import { Ftrl } from './ftrl.js'
import { Lamb } from './lamb.js'
import { LBFGS } from './lbfgs.js'
import { Lion } from './lion.js'
import { Lookahead } from './lookahead.js'
import { LossScaleOptimizer } from './loss-scale-optimizer.js'
import { MultiOptimizer } from './multi-optimizer.js'
import { Muon } from './muon.js'
import { Nadam } from './nadam.js'
import { RAdam } from './radam.js'
import { RMSprop } from './rmsprop.js'
import { SAM } from './sam.js'
import { ScheduleFreeAdamW } from './schedule-free-adamw.js'
import type { Config } from './schedules/schedule.js'
import { SGD } from './sgd.js'

/** The constructor of an optimizer that can be read from a configuration. */
export interface OptimizerClass {
  // biome-ignore lint/suspicious/noExplicitAny: constructors of many forms
  new (...args: any[]): AnyOptimizer
  readonly name: string
  fromConfig(config: Config): AnyOptimizer
}

/** An optimizer as Keras writes it. */
export interface SerializedOptimizer {
  readonly class_name: string
  readonly config: Config
  readonly module?: string | null
  readonly registered_name?: string | null
}

/** What `optimizers.get` takes. */
export type OptimizerLike = AnyOptimizer | string | SerializedOptimizer

/** Keras's own. A function, because wrappers import this file too. */
const inKeras = (): readonly OptimizerClass[] => [
  ...[
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    RMSprop,
    ScheduleFreeAdamW,
    SGD,
  ],
  ...[LossScaleOptimizer, MultiOptimizer],
]

const beyondKeras = (): readonly OptimizerClass[] => [AdaBelief, LBFGS, Lookahead, RAdam, SAM]

/**
 * The optimizer of this name (in any case), of this configuration, or the one given.
 *
 * @param custom your own classes, to be found too
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
    `optimizers.get: ${describe(identifier)} is no optimizer. Give a name, a configuration { class_name, config } or an instance.`,
  )
}

/**
 * An optimizer as Keras writes it: `{ module, class_name, config, registered_name }`, ready for JSON.
 * @throws OptionError when an option is a function
 */
export function serialize(optimizer: AnyOptimizer): SerializedOptimizer {
  const { name } = optimizer.constructor
  const known = inKeras().some((other) => other.name === name)
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
 * @throws OptionError for an unknown class or an unknown entry of its configuration
 */
export function deserialize(serialized: SerializedOptimizer, custom: readonly OptimizerClass[] = []): AnyOptimizer {
  return findClass(serialized.class_name, custom).fromConfig(serialized.config ?? {})
}

/** The class of this name, in any case. */
function findClass(name: string, custom: readonly OptimizerClass[]): OptimizerClass {
  const all = [...custom, ...inKeras(), ...beyondKeras()]
  const found = all.find((other) => other.name.toLowerCase() === name.toLowerCase())
  if (found) return found
  const names = all.map((other) => other.name)
  const guess = nearest(name, names)
  throw new OptionError(
    `optimizers.get: unknown optimizer ${name}. ${guess ? `Did you mean ${guess}?` : `Known: ${names.join(', ')}.`}`,
  )
}

/** The optimizer inside of a wrapper's configuration. */
export function readInner(op: string, config: unknown): AnyOptimizer {
  if (config instanceof AnyOptimizer) return config
  if (typeof (config as SerializedOptimizer | null)?.class_name === 'string') {
    return deserialize(config as SerializedOptimizer)
  }
  throw new OptionError(
    `${op}: the configuration has no inner optimizer, got ${JSON.stringify(config)}. Give { class_name, config }.`,
  )
}

function describe(identifier: unknown): string {
  return typeof identifier === 'function' ? `the class ${identifier.name}` : String(identifier)
}
