/**
 * Configurations of layers: their options in Keras's spelling (`getConfig`), and layers from them (`fromConfig`). Layers of a model are made by
 * classes that the caller lists, so that a bundler keeps no others; `catalog.ts` lists all.
 */
import { OptionError } from '../errors.js'
import { type Config, checkConfig, isKerasObject, type KerasObject, toKeras } from '../keras-names.js'
import {
  type Check,
  checkArgument,
  classNameOf,
  type OptionRules,
  required,
  show,
  toCamelCase,
  unknownName,
} from '../options.js'
import { getActivation } from './activations.js'
import { configOf, type Family, find, withoutNull } from './configurable.js'
import { families } from './families.js'
import type { Layer } from './layer.js'

/** The spelling of the options of a class in its configuration, where that does not follow from their names. */
export interface ConfigRules {
  /** The options that the constructor takes by position, before the others: `['units']`. */
  readonly positional?: readonly string[]
  /** Keras's names for options: `{ dilation: 'dilation_rate' }`. */
  readonly names?: Readonly<Record<string, string>>
  /** Entries of Keras that nabla has no option for, with the only value that is taken: `{ synchronized: false }`. */
  readonly fixed?: Readonly<Config>
}

/** A class of layers that can be made from a configuration. */
export interface LayerClass {
  /** The class's name. */
  readonly name: string
  /** Makes one from a configuration. */
  fromConfig(config: Config, classes?: readonly LayerClass[]): Layer
}

/** The family of an option by the end of its name: `kernelInitializer`. */
function familyOf(name: string): Family<never> | null {
  const all = Object.values(families) as unknown as readonly Family<never>[]
  return all.find(({ kind }) => name.toLowerCase().endsWith(kind)) ?? null
}

/**
 * An option as JSON.
 * @throws OptionError for a function that nabla did not make
 */
function written(op: string, name: string, value: unknown): unknown {
  if (value === undefined || value === null) return null
  const family = familyOf(name)
  if (family) return configOf(op, family, find(op, family, value))
  if (/activation$/i.test(name)) return writtenActivation(op, value)
  if (Array.isArray(value) && isOrHasLayer(value)) return value.map(serialize)
  return isLayer(value) ? serialize(value) : value
}

function writtenActivation(op: string, value: unknown): unknown {
  const activation = getActivation(op, value as never)
  if (activation.isCustom)
    throw new OptionError(
      `${op}: the activation ${activation.name} is a function, which has no configuration. Name one of nabla's instead.`,
    )
  return activation.name === 'relu6' ? 'relu6' : toKeras(activation.name)
}

function isLayer(x: unknown): x is Layer {
  return typeof (x as Partial<Layer> | null)?.getConfig === 'function'
}

/** @throws OptionError for an argument that is missing */
export function checkPositional(
  op: string,
  options: object,
  { defaults, ranges = {} }: OptionRules<object>,
  { positional = [] }: ConfigRules,
): void {
  if (typeof options !== 'object' || options === null) return
  for (const name of positional) {
    const isMissing = (options as Config)[name] === undefined && (defaults as Config)[name] === required
    const check = (ranges as Record<string, Check>)[name]
    if (isMissing && check) checkArgument(op, name, undefined, check)
  }
}

/** @throws OptionError for an unknown initializer, regularizer or constraint among the options */
export function checkFamilies(op: string, options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const family = value === null || value === undefined ? null : familyOf(name)
    if (family) find(op, family, value)
  }
}

/** Options in Keras's spelling. */
export function toConfig(op: string, options: object, { names = {} }: ConfigRules): Config {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [names[name] ?? toKeras(name), written(op, name, value)]),
  )
}

/** Options for people, in nabla's spelling: those that say what the layer computes, without initializers, regularizers and constraints. */
export function describeOptions(op: string, options: object): Config {
  const shown = Object.entries(options).filter(
    ([name, value]) => value != null && !familyOf(name) && !isOrHasLayer(value),
  )
  return Object.fromEntries(shown.map(([name, value]) => [name, described(op, name, value)]))
}

/** An option as JSON; a function by its name. */
function described(op: string, name: string, value: unknown): unknown {
  if (/activation$/i.test(name)) return getActivation(op, value as never).name
  return typeof value === 'function' ? value.name || 'custom' : value
}

const isOrHasLayer = (value: unknown) => [value].flat().some(isLayer)

/**
 * A layer of a configuration.
 * @throws OptionError for an entry that is not an option
 */
export function layerFrom<L>(
  Class: { name: string; configRules: ConfigRules; new (...args: never[]): L },
  config: Config,
): L {
  checkConfig(`${Class.name}.fromConfig`, config)
  const { positional = [] } = Class.configRules
  const options = optionsFrom(Class.name, config, Class.configRules)
  const first = positional.map((name) => options[name])
  for (const name of positional) delete options[name]
  return new Class(...([...first, options] as never[]))
}

function optionsFrom(className: string, config: Config, { names = {}, fixed: own = {} }: ConfigRules): Config {
  const fixed = { data_format: 'channels_last', ...own }
  const ours = Object.fromEntries(Object.entries(names).map(([name, theirs]) => [theirs, name]))
  const given = Object.entries(withoutNull(config)).filter(([name, value]) => !isFixed(className, fixed, name, value))
  return Object.fromEntries(given.map(([name, value]) => [ours[name] ?? toCamelCase(name), read(name, value)]))
}

function isFixed(className: string, fixed: Readonly<Config>, name: string, value: unknown): boolean {
  if (!Object.hasOwn(fixed, name)) return false
  if (JSON.stringify(value) === JSON.stringify(fixed[name])) return true
  throw new OptionError(
    `fromConfig: ${name} of ${className} is ${show(value)}, but nabla has only ${show(fixed[name])}. Change the configuration.`,
  )
}

/** A dtype policy of Keras as a dtype; other values as they are. */
function read(name: string, value: unknown): unknown {
  const isPolicy = name === 'dtype' && isKerasObject(value)
  return isPolicy ? (value.config as { name?: unknown }).name : value
}

/**
 * Returns a layer as Keras writes it: `{ module, class_name, config, registered_name }`, ready for JSON.
 * @param layer any layer or model
 * @throws OptionError when an option is a function that nabla did not make
 */
export function serialize(layer: Layer): KerasObject {
  const className = classNameOf(layer)
  const class_name = className === 'Model' ? 'Functional' : className
  return {
    module: class_name === className ? 'keras.layers' : 'keras',
    class_name,
    config: layer.getConfig(),
    registered_name: null,
  }
}

/** A layer of what `serialize` wrote, of one of these classes. */
export function deserializeAs(op: string, written: unknown, classes: readonly LayerClass[]): Layer {
  if (!isKerasObject(written))
    throw new OptionError(`${op}: ${show(written)} is not a layer. Pass { class_name, config }.`)
  const wanted = written.class_name === 'Functional' ? 'Model' : written.class_name
  const Class = classes.find(({ name }) => name === wanted)
  const names = classes.map(({ name }) => name)
  if (!Class) throw unknownName(op, 'layer', written.class_name, names, 'pass its class in the list of classes')
  return Class.fromConfig(written.config ?? {}, classes)
}
