/**
 * Functions that layers take by name, as a configuration of Keras, or directly: initializers, regularizers and constraints. Those that nabla
 * makes remember their class and options, so that `getConfig` can write them down.
 */
import { OptionError } from '../errors.js'
import { type Config, checkConfig, fromKeras, isKerasObject, type KerasObject, toKeras } from '../keras-names.js'
import { show, toCamelCase, unknownName } from '../options.js'

// biome-ignore lint/suspicious/noExplicitAny: functions of many kinds
type AnyFunction = (...args: any[]) => unknown

/** The class and the options of a function that nabla made. */
interface Origin {
  readonly className: string
  readonly options: Readonly<Config>
}

const origins = new WeakMap<AnyFunction, Origin>()

/** The function, which remembers the class that Keras has for it, and its options. */
export function configured<F extends AnyFunction>(className: string, options: Readonly<Config>, f: F): F {
  origins.set(f, { className, options })
  return f
}

/** A family of such functions: for each name of a class, a function of its options. */
export interface Family<F extends AnyFunction> {
  /** `initializer` */
  readonly kind: string
  /** Makes one, by the name of its class in camelCase. */
  readonly makers: Readonly<Record<string, (options: never) => F>>
}

/**
 * The function of that name (Keras's spelling is understood) or configuration, or the one given.
 * @throws OptionError naming the nearest one when there is none
 */
export function find<F extends AnyFunction>(op: string, { kind, makers }: Family<F>, given: unknown): F {
  if (typeof given === 'function') return given as F
  const name = isKerasObject(given) ? given.class_name : given
  const options = isKerasObject(given) ? (given.config ?? {}) : {}
  checkConfig(op, options)
  const maker = typeof name === 'string' ? Object.keys(makers).find((key) => plain(key) === plain(name)) : undefined
  if (maker !== undefined) return (makers[maker] as (options: Config) => F)(fromKeras(withoutNull(options)))
  throw unknownName(op, kind, name, Object.keys(makers), `pass a function`)
}

/** The entries that are given: null is Keras's word for a default. */
export function withoutNull(config: Readonly<Config>): Config {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null))
}

/** `glorot_uniform`, `GlorotUniform` and `glorotUniform` are one name. */
function plain(name: string): string {
  return toCamelCase(name).toLowerCase()
}

/**
 * The function as Keras writes it: `{ module, class_name, config, registered_name }`.
 * @throws OptionError for a function that nabla did not make
 */
export function configOf(op: string, { kind }: Family<AnyFunction>, f: AnyFunction): KerasObject {
  const origin = origins.get(f)
  if (!origin)
    throw new OptionError(
      `${op}: the ${kind} ${f.name || show(f)} is a function, which has no configuration. Name one of nabla's instead.`,
    )
  return {
    module: `keras.${kind}s`,
    class_name: origin.className,
    config: Object.fromEntries(Object.entries(origin.options).map(([name, value]) => [toKeras(name), value ?? null])),
    registered_name: null,
  }
}
