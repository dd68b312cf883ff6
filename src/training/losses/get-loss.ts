/**
 * Losses as `compile` takes them: by name, or as functions. (The names are in `named-losses.ts`.)
 */
import { OptionError, ShapeError } from '../../errors.js'
import { OperationNode, type Row } from '../../tensor/operation.js'
import { ops } from '../../tensor/operations/ops.js'
import { received } from '../../tensor/received.js'
import { formatShape } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'
import { hintFor } from '../result-hints.js'
import { alignTargets, oneClass, type TargetKind } from '../targets.js'
import { type LossFunction, type LossOptions, reduced } from './loss.js'
import { checkLossLike, type LossLike, type LossName, losses, namedLoss } from './named-losses.js'

/** A loss as models use it. */
export interface CompiledLoss {
  /** The name that messages use. */
  readonly name: string
  /** The loss of a batch; `sampleWeight` has a factor for each example. */
  readonly apply: (yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor | null) => Tensor
  /** The kind of `yTrue` that it takes. */
  readonly targets: TargetKind
}

/**
 * The loss of that name (also in Keras's snake_case, and `mse`, `mae` and so on), or the function given.
 * @param fromLogits true if the model ends in logits, false if its last activation is softmax or sigmoid
 * @throws OptionError naming the nearest one when there is none
 */
export function getLoss(loss: LossLike, fromLogits: boolean): CompiledLoss {
  checkLossLike('compile', loss)
  const known = namedLoss('compile', loss)
  if (!known) return customLoss(loss as LossFunction)
  const { targets } = losses[known.name]
  return ofName(known.name, targets === 'numbers' ? known.options : { fromLogits, ...known.options })
}

function ofName(name: LossName, options: LossOptions & { fromLogits?: boolean } = {}): CompiledLoss {
  const { loss, targets } = losses[name] as { loss: LossFunction; targets: TargetKind }
  const isCategorical = targets === 'labels' || targets === 'distributions'
  return {
    name,
    targets,
    apply(yTrue, yPred, sampleWeight) {
      checkUnits(name, yPred, isCategorical)
      if (options.fromLogits) checkLogits(name, yPred)
      return loss(yTrue, yPred, sampleWeight ? { ...options, sampleWeight } : options)
    },
  }
}

/** A user's loss, with an error for what is not one number. */
function customLoss(loss: LossFunction): CompiledLoss {
  const name = loss.name || 'loss'
  return {
    name,
    targets: 'custom',
    apply(yTrue, yPred, sampleWeight) {
      checkUnits(name, yPred, false)
      const target = alignTargets(yTrue, yPred)
      if (sampleWeight) return weightedCustom(name, loss, target, yPred, sampleWeight)
      return scalar(name, loss(target, yPred))
    },
  }
}

/** A user's loss with weights: a function of two arguments returns a number per example, one of three applies the weights itself. */
function weightedCustom(name: string, loss: LossFunction, yTrue: Tensor, yPred: Tensor, sampleWeight: Tensor): Tensor {
  if (loss.length > 2) return scalar(name, loss(yTrue, yPred, { sampleWeight }))
  const values: unknown = loss(yTrue, yPred)
  if (values instanceof Tensor && values.rank > 0 && values.shape[0] === yPred.shape[0])
    return reduced(name, values, { reduction: 'sumOverBatchSize', sampleWeight })
  throw new ShapeError(
    `${name}: the loss function returned ${received(values)}, to which weights of ${yPred.shape[0]} examples cannot be applied. Return one number per example, or take the weights: (yTrue, yPred, { sampleWeight }) => ….`,
  )
}

function scalar(name: string, value: unknown): Tensor {
  if (value instanceof Tensor && value.size === 1) return value
  throw new ShapeError(
    `${name}: the loss function returned ${received(value)}, not a scalar tensor. ${hintFor(value) ?? 'Compute it with tensor operations, and end with .mean().'}`,
  )
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
