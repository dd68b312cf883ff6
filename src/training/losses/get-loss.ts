/**
 * Losses as `compile` takes them: by name, or as functions.
 */
import { OptionError, ShapeError } from '../../errors.js'
import { toCamelCase, unknownName } from '../../options.js'
import { OperationNode, type Row } from '../../tensor/operation.js'
import { ops } from '../../tensor/operations/ops.js'
import { formatShape } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'
import { hintFor, isClass, received } from '../received.js'
import { alignTargets, oneClass, type TargetKind } from '../targets.js'
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  huber,
  type LossFunction,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  sparseCategoricalCrossentropy,
} from './losses.js'

const ofNumbers = { meanSquaredError, meanAbsoluteError, meanAbsolutePercentageError, huber }
const ofProbabilities = { sparseCategoricalCrossentropy, categoricalCrossentropy, binaryCrossentropy }
const targetsOf = {
  sparseCategoricalCrossentropy: 'labels',
  categoricalCrossentropy: 'distributions',
  binaryCrossentropy: 'probabilities',
} as const
const named = () => ({ ...ofNumbers, ...ofProbabilities })

const short = { mse: 'meanSquaredError', mae: 'meanAbsoluteError', mape: 'meanAbsolutePercentageError' } as const

/**
 * The name of a loss.
 * @useDeclaredType
 */
export type LossName = keyof typeof ofNumbers | keyof typeof ofProbabilities

/** What `compile` takes as the loss: a name, or a function of (yTrue, yPred). */
export type LossLike = LossName | 'mse' | 'mae' | 'mape' | LossFunction

/** A loss as models use it. */
export interface CompiledLoss {
  /** What messages call it. */
  readonly name: string
  readonly apply: LossFunction
  /** What it takes as `yTrue`. */
  readonly targets: TargetKind
}

/**
 * The loss of that name (Keras's snake_case, `mse`, `mae` and `mape` are understood).
 * @param fromLogits whether the model ends in logits: false when its last activation is softmax or sigmoid
 * @throws OptionError naming the nearest one when there is none
 */
export function getLoss(loss: LossLike, fromLogits: boolean): CompiledLoss {
  checkLossLike(loss)
  const name = typeof loss === 'function' ? nameOf(loss) : lossName(loss)
  if (name === undefined) return { name: nameIn(loss), apply: heldToScalar(loss as LossFunction), targets: 'custom' }
  if (isOfNumbers(name)) return { name, apply: refusingSoftmaxUnit(name, ofNumbers[name]), targets: 'numbers' }
  const crossentropy = ofProbabilities[name]
  const targets = targetsOf[name]
  return {
    name,
    apply: (yTrue, yPred) => {
      checkUnits(name, yPred, targets !== 'probabilities')
      if (fromLogits) checkLogits(name, yPred)
      return crossentropy(yTrue, yPred, { fromLogits })
    },
    targets,
  }
}

/** @throws OptionError for what is neither a name nor a function */
function checkLossLike(loss: unknown): void {
  if (typeof loss === 'string' || (typeof loss === 'function' && !isClass(loss))) return
  throw new OptionError(
    `compile: the loss is ${received(loss)}. Give a name, such as 'meanSquaredError', or a function of (yTrue, yPred).`,
  )
}

/** What messages call a loss of the user. */
function nameIn(loss: LossLike): string {
  return (typeof loss === 'function' && loss.name) || 'loss'
}

function refusingSoftmaxUnit(name: string, loss: LossFunction): LossFunction {
  return (yTrue, yPred) => {
    checkUnits(name, yPred, false)
    return loss(yTrue, yPred)
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

function isOfNumbers(name: LossName): name is keyof typeof ofNumbers {
  return Object.hasOwn(ofNumbers, name)
}

/** What nabla calls it, whatever it is called where names were made short. */
export function nameOf(loss: LossFunction): LossName | undefined {
  return Object.entries(named()).find(([, known]) => known === loss)?.[0] as LossName | undefined
}

function lossName(text: string): LossName {
  const name = Object.hasOwn(short, text) ? short[text as keyof typeof short] : toCamelCase(text)
  if (Object.hasOwn(named(), name)) return name as LossName
  throw unknownName('compile', 'loss', text, Object.keys(named()), 'give a function')
}

/** The rows whose results are probabilities. */
const endings = (): readonly Row[] => [ops.softmax, ops.sigmoid, ops.hardSigmoid]

/** @throws OptionError for what came out of softmax or sigmoid just now, which only training can see */
function checkLogits(loss: LossName, { node }: Tensor): void {
  if (!(node instanceof OperationNode) || !endings().includes(node.row)) return
  const { name } = node.row
  throw new OptionError(
    `${loss}: it takes logits, but the model ends in ${name}, which compile cannot see. Name the activation: '${name}', or let givesProbabilities of your own layer be true.`,
  )
}

/** A user's loss, with an error for what is not one number. */
function heldToScalar(loss: LossFunction): LossFunction {
  return (yTrue, yPred) => {
    checkUnits(nameIn(loss), yPred, false)
    const value: unknown = loss(alignTargets(yTrue, yPred), yPred)
    if (value instanceof Tensor && value.size === 1) return value
    throw new ShapeError(
      `${nameIn(loss)}: the loss function returned ${received(value)}, not a scalar tensor. ${hintFor(value) ?? 'Compute it with tensor operations, and end with .mean().'}`,
    )
  }
}
