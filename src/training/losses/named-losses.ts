/**
 * All losses of (yTrue, yPred) by name, and losses with options from a configuration.
 */
import { OptionError } from '../../errors.js'
import { type Config, checkConfig, isKerasObject, toKeras } from '../../keras-names.js'
import { toCamelCase, unknownName } from '../../options.js'
import { isClass, received } from '../../tensor/received.js'
import type { TargetKind } from '../targets.js'
import { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from './crossentropy.js'
import { binaryFocalCrossentropy, categoricalFocalCrossentropy } from './focal.js'
import { categoricalHinge, hinge, squaredHinge } from './hinge.js'
import { klDivergence, poisson } from './likelihood.js'
import type { LossFunction, LossOptions } from './loss.js'
import {
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from './regression.js'
import { cosineSimilarity, dice } from './similarity.js'

/** Every loss, and the kind of its targets: a new loss is a function in the file of its family and a line here. */
export const losses = {
  meanSquaredError: { loss: meanSquaredError, targets: 'numbers' },
  meanAbsoluteError: { loss: meanAbsoluteError, targets: 'numbers' },
  meanAbsolutePercentageError: { loss: meanAbsolutePercentageError, targets: 'numbers' },
  meanSquaredLogarithmicError: { loss: meanSquaredLogarithmicError, targets: 'numbers' },
  huber: { loss: huber, targets: 'numbers' },
  logCosh: { loss: logCosh, targets: 'numbers' },
  sparseCategoricalCrossentropy: { loss: sparseCategoricalCrossentropy, targets: 'labels' },
  categoricalCrossentropy: { loss: categoricalCrossentropy, targets: 'distributions' },
  binaryCrossentropy: { loss: binaryCrossentropy, targets: 'probabilities' },
  binaryFocalCrossentropy: { loss: binaryFocalCrossentropy, targets: 'probabilities' },
  categoricalFocalCrossentropy: { loss: categoricalFocalCrossentropy, targets: 'distributions' },
  klDivergence: { loss: klDivergence, targets: 'distributions' },
  poisson: { loss: poisson, targets: 'numbers' },
  hinge: { loss: hinge, targets: 'numbers' },
  squaredHinge: { loss: squaredHinge, targets: 'numbers' },
  categoricalHinge: { loss: categoricalHinge, targets: 'numbers' },
  cosineSimilarity: { loss: cosineSimilarity, targets: 'numbers' },
  dice: { loss: dice, targets: 'numbers' },
} as const satisfies Record<string, { loss: LossFunction; targets: TargetKind }>

const shortNames = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  bce: 'binaryCrossentropy',
  kld: 'klDivergence',
} as const

/**
 * The name of a loss.
 * @useDeclaredType
 */
export type LossName = keyof typeof losses

/** A loss for `compile`: a name, or a function of (yTrue, yPred). */
export type LossLike = LossName | 'mse' | 'mae' | 'mape' | 'msle' | 'bce' | 'kld' | LossFunction

/** A loss as Keras writes it: `{ class_name: 'Huber', config: { delta: 2 } }`. */
export interface SerializedLoss {
  /** The class’s name: `Huber`. */
  readonly class_name: string
  /** Its options, in Keras’s spelling. */
  readonly config?: Config
  /** The module where Keras finds the class. */
  readonly module?: string | null
  /** The name under which Keras has it registered, if it is not Keras’s own. */
  readonly registered_name?: string | null
}

/** The names of all losses. */
export const lossNames = /* @__PURE__ */ Object.keys(losses) as LossName[]

/** Losses with options, made by `get`. */
const configured = new WeakMap<LossFunction, { name: LossName; options: Readonly<Config> }>()

/**
 * Returns the loss of this name (also in Keras's spelling, and short ones such as `'mse'`) or of this configuration, or the function given.
 * @param identifier a name, a configuration that `serialize` or Keras wrote, or a function
 * @param options options of the loss, which are its own from now on
 * @throws OptionError for an unknown name, an unknown option, and anything else
 * @example
 * const smooth = losses.get('binaryCrossentropy', { labelSmoothing: 0.1 })
 * smooth(tensor([1]), tensor([3])).item() // => 0.19859
 */
export function get(identifier: LossLike | SerializedLoss, options?: Readonly<Config>): LossFunction {
  if (isKerasObject(identifier)) return ofConfig(identifier)
  checkLossLike('losses.get', identifier)
  const loss = typeof identifier === 'function' ? identifier : losses[fullName('losses.get', identifier)].loss
  return options ? withOptions(loss, options) : loss
}

/**
 * Returns a loss as Keras writes it: `{ module, class_name, config, registered_name }`, ready for JSON.
 * @param loss a name, a loss of nabla or what `get` returned
 * @throws OptionError for another function
 * @example
 * losses.serialize(losses.get('huber', { delta: 2 })).config
 * // => { name: 'huber', delta: 2 }
 */
export function serialize(loss: LossLike): SerializedLoss {
  checkLossLike('losses.serialize', loss)
  const { name, options } = namedLoss('losses.serialize', loss) ?? {}
  if (!name) throw notSerializable(loss)
  const own = Object.entries(options ?? {}).map(([key, value]) => [toKeras(key), value])
  const config = { name: toKeras(name), ...Object.fromEntries(own) }
  const className = name === 'klDivergence' ? 'KLDivergence' : name[0].toUpperCase() + name.slice(1)
  return { module: 'keras.losses', class_name: className, config, registered_name: null }
}

function notSerializable(loss: unknown): OptionError {
  return new OptionError(
    `losses.serialize: ${received(loss)} is not a loss of nabla. Name one, or keep the function in your program.`,
  )
}

/** The name and the options of one of nabla's losses, whatever a bundler has made of its function's name; undefined for others. */
export function namedLoss(op: string, loss: LossLike): { name: LossName; options?: Readonly<Config> } | undefined {
  if (typeof loss === 'string') return { name: fullName(op, loss) }
  const name = lossNames.find((each) => losses[each].loss === loss)
  return name ? { name } : configured.get(loss)
}

/** @throws OptionError for what is neither a name nor a function */
export function checkLossLike(op: string, loss: unknown): asserts loss is LossLike {
  if (typeof loss === 'string' || (typeof loss === 'function' && !isClass(loss))) return
  throw new OptionError(
    `${op}: the loss is ${received(loss)}. Give a name, such as 'meanSquaredError', or a function of (yTrue, yPred).`,
  )
}

/** The name in nabla's spelling, of one in any: `KLDivergence`, `kl_divergence`, `kld`. */
function fullName(op: string, given: string): LossName {
  if (Object.hasOwn(shortNames, given)) return shortNames[given as keyof typeof shortNames]
  const plain = given.replaceAll('_', '').toLowerCase()
  const name = lossNames.find((each) => each.toLowerCase() === plain)
  if (name) return name
  throw unknownName(op, 'loss', given, lossNames, 'give a function')
}

function ofConfig({ class_name: className, config = {} }: SerializedLoss): LossFunction {
  checkConfig('losses.get', config)
  const name = fullName('losses.get', className)
  const given = Object.entries(config).filter(([key]) => key !== 'name' && key !== 'dtype')
  const options = Object.fromEntries(given.map(([key, value]) => [toCamelCase(key), value]))
  return withOptions(losses[name].loss, options)
}

/** The loss with these options, which later ones replace. Calls it once, so that wrong options are found here. */
function withOptions(loss: LossFunction, options: LossOptions & Readonly<Config>): LossFunction {
  const known = namedLoss('losses.get', loss)
  const bound: LossFunction = (yTrue, yPred, more) => loss(yTrue, yPred, more ? { ...options, ...more } : options)
  if (known) {
    checkLossOptions(loss, options)
    configured.set(bound, { name: known.name, options: { ...known.options, ...options } })
  }
  return bound
}

/** @throws OptionError for options that the loss does not take */
function checkLossOptions(loss: LossFunction, options: object): void {
  try {
    loss(undefined as never, undefined as never, options)
  } catch (error) {
    if (error instanceof OptionError && !/yPred is missing/.test(error.message)) throw error
  }
}
