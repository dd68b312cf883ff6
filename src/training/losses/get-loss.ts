/**
 * All losses by name, and losses as `compile` takes them: by name, or as functions.
 */
import { OptionError, ShapeError } from '../../errors.js'
import { toCamelCase, unknownName } from '../../options.js'
import { OperationNode, type Row } from '../../tensor/operation.js'
import { ops } from '../../tensor/operations/ops.js'
import { isClass, received } from '../../tensor/received.js'
import { formatShape } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'
import { hintFor } from '../result-hints.js'
import { alignTargets, oneClass, type TargetKind } from '../targets.js'
import {
  binaryCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './crossentropy.js'
import type { LossFunction } from './loss.js'
import { huber, meanAbsoluteError, meanAbsolutePercentageError, meanSquaredError } from './regression.js'

/** Every loss, and the kind of its targets: a new loss is a function in the file of its family and a line here. */
const losses = {
  meanSquaredError: { loss: meanSquaredError, targets: 'numbers' },
  meanAbsoluteError: { loss: meanAbsoluteError, targets: 'numbers' },
  meanAbsolutePercentageError: { loss: meanAbsolutePercentageError, targets: 'numbers' },
  huber: { loss: huber, targets: 'numbers' },
  sparseCategoricalCrossentropy: { loss: sparseCategoricalCrossentropy, targets: 'labels' },
  categoricalCrossentropy: { loss: categoricalCrossentropy, targets: 'distributions' },
  binaryCrossentropy: { loss: binaryCrossentropy, targets: 'probabilities' },
} as const

const shortNames = { mse: 'meanSquaredError', mae: 'meanAbsoluteError', mape: 'meanAbsolutePercentageError' } as const

/**
 * The name of a loss.
 * @useDeclaredType
 */
export type LossName = keyof typeof losses

/** A loss for `compile`: a name, or a function of (yTrue, yPred). */
export type LossLike = LossName | 'mse' | 'mae' | 'mape' | LossFunction

type OptionsLoss = (yTrue: Tensor, yPred: Tensor, options?: CrossentropyOptions) => Tensor

/** A loss as models use it. */
export interface CompiledLoss {
  /** The name that messages use. */
  readonly name: string
  readonly apply: LossFunction
  /** The kind of `yTrue` that it takes. */
  readonly targets: TargetKind
}

/** The names of all losses. */
export const lossNames = Object.keys(losses) as LossName[]

/**
 * The loss of that name (also in Keras's snake_case, and `mse`, `mae` and `mape`).
 * @param fromLogits true if the model ends in logits, false if its last activation is softmax or sigmoid
 * @throws OptionError naming the nearest one when there is none
 */
export function getLoss(loss: LossLike, fromLogits: boolean): CompiledLoss {
  checkLossLike(loss)
  const name = typeof loss === 'function' ? nameOf(loss) : fullName(loss)
  return name ? namedLoss(name, fromLogits) : customLoss(loss as LossFunction)
}

/** @throws OptionError for what is neither a name nor a function */
function checkLossLike(loss: unknown): void {
  if (typeof loss === 'string' || (typeof loss === 'function' && !isClass(loss))) return
  throw new OptionError(
    `compile: the loss is ${received(loss)}. Give a name, such as 'meanSquaredError', or a function of (yTrue, yPred).`,
  )
}

/** The name of one of nabla's losses, whatever a bundler has made of the function's own name. */
export function nameOf(loss: LossFunction): LossName | undefined {
  return lossNames.find((name) => losses[name].loss === loss)
}

function fullName(given: string): LossName {
  const name = Object.hasOwn(shortNames, given) ? shortNames[given as keyof typeof shortNames] : toCamelCase(given)
  if (Object.hasOwn(losses, name)) return name as LossName
  throw unknownName('compile', 'loss', given, lossNames, 'give a function')
}

function namedLoss(name: LossName, fromLogits: boolean): CompiledLoss {
  const { loss, targets } = losses[name] as { loss: OptionsLoss; targets: TargetKind }
  const isCategorical = targets === 'labels' || targets === 'distributions'
  const options = targets === 'numbers' ? undefined : { fromLogits }
  return {
    name,
    targets,
    apply(yTrue, yPred) {
      checkUnits(name, yPred, isCategorical)
      if (options?.fromLogits) checkLogits(name, yPred)
      return loss(yTrue, yPred, options)
    },
  }
}

/** A user's loss, with an error for what is not one number. */
function customLoss(loss: LossFunction): CompiledLoss {
  const name = loss.name || 'loss'
  return {
    name,
    targets: 'custom',
    apply(yTrue, yPred) {
      checkUnits(name, yPred, false)
      const value: unknown = loss(alignTargets(yTrue, yPred), yPred)
      if (value instanceof Tensor && value.size === 1) return value
      throw new ShapeError(
        `${name}: the loss function returned ${received(value)}, not a scalar tensor. ${hintFor(value) ?? 'Compute it with tensor operations, and end with .mean().'}`,
      )
    },
  }
}

/** @throws ShapeError for predictions that are 1 whatever the weights are; softmax can be seen in training only */
function checkUnits(loss: string, { shape, node }: Tensor, isCategorical: boolean): void {
  if (shape.length < 2 || shape[shape.length - 1] !== 1) return
  if (isCategorical) throw oneClass(loss)
  if (!(node instanceof OperationNode) || node.row !== ops.softmax) return
  throw new ShapeError(
    `${loss}: the model ends in one unit with softmax, shape ${formatShape(shape)}, which is always 1. Use sigmoid for a yes-or-no output, or one unit per class.`,
  )
}

/** The rows whose results are probabilities. */
const endings = (): readonly Row[] => [ops.softmax, ops.sigmoid, ops.hardSigmoid]

/** @throws OptionError for the result of softmax or sigmoid, which can be seen in training only */
function checkLogits(loss: LossName, { node }: Tensor): void {
  if (!(node instanceof OperationNode) || !endings().includes(node.row)) return
  const { name } = node.row
  throw new OptionError(
    `${loss}: it takes logits, but the model ends in ${name}, which compile cannot see. Name the activation: '${name}', or let givesProbabilities of the custom layer be true.`,
  )
}
