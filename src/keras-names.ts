/**
 * Keras's spelling: option names, and objects as Keras writes them into configurations.
 */
import { OptionError } from './errors.js'
import { toCamelCase } from './options.js'

/** A configuration in Keras's spelling, ready for JSON. */
export type Config = Record<string, unknown>

/** An object as Keras writes it. */
export interface KerasObject {
  /** The name of the class: `AdamW`. */
  readonly class_name: string
  /** Its options, in Keras's spelling. */
  readonly config: Config
  /** The module where Keras finds the class. */
  readonly module?: string | null
  /** The name under which Keras has it registered, if it is not one of Keras's own. */
  readonly registered_name?: string | null
}

/**
 * `beta1` → `beta_1`, `globalClipnorm` → `global_clipnorm`, `l1RegularizationStrength` → `l1_regularization_strength`.
 */
export function toKeras(name: string): string {
  return name
    .replace(/([a-z]{2,})(\d)/g, '$1_$2')
    .replace(/([A-Z])/g, '_$1')
    .toLowerCase()
}

/** The keys of a Keras configuration in nabla's spelling. */
export function fromKeras(config: Readonly<Config>): Config {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [toCamelCase(name), value]))
}

/**
 * `{ module, class_name, config, registered_name }`
 * @param module the module where Keras has the classes of these names; others are nabla's own
 */
export function asKerasObject(
  object: { getConfig(): Config },
  module: string,
  kerasClasses: ReadonlySet<string>,
): KerasObject {
  const { name } = object.constructor
  const isKeras = kerasClasses.has(name)
  return {
    module: isKeras ? module : 'nabla',
    class_name: name,
    config: object.getConfig(),
    registered_name: isKeras ? null : `nabla>${name}`,
  }
}

/** True for `{ class_name, … }`. */
export function isKerasObject(x: unknown): x is KerasObject {
  return typeof x === 'object' && x !== null && typeof (x as Partial<KerasObject>).class_name === 'string'
}

/** @throws OptionError unless it is an object of options */
export function checkConfig(op: string, config: unknown): asserts config is Config {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return
  throw new OptionError(`${op}: the configuration is ${String(config)}. Pass what getConfig() returned.`)
}
