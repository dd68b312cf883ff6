/**
 * Accuracy: how often predictions are right; and the check that targets are labels.
 */
import { DTypeError } from '../../errors.js'
import type { Shape, TypedArray } from '../../kernels/backend.js'
import { backend } from '../../tensor/backend.js'
import { sizeOf } from '../../tensor/shape.js'
import type { Tensor } from '../../tensor/tensor.js'
import { formatRow, isDistribution, matchShape, type TargetKind } from '../targets.js'
import type { NamedMetric } from './metric.js'

/**
 * Returns 1 for each example that is predicted right and 0 for the others: compares the index of the largest score with an integer
 * label or with the index of a one-hot row, and a single output by its side of the threshold. (For several yes-or-no outputs there is
 * `binaryAccuracy`.)
 * @param threshold for single outputs: 0.5 for probabilities (default), 0 for logits
 * @throws ShapeError when the shapes do not fit
 * @example
 * accuracy(tensor([2, 0]), tensor([[0.1, 0.2, 0.7], [0.3, 0.6, 0.1]])).toArray() // => [1, 0]
 */
export function accuracy(yTrue: Tensor, yPred: Tensor, threshold = 0.5): Tensor {
  if (isOneOutput(yPred.shape.slice(1))) return agree('accuracy', yTrue, yPred, threshold).flatten()
  const predicted = yPred.argMax(-1)
  const labels =
    yTrue.size === yPred.size ? matchShape('accuracy', yTrue, yPred).argMax(-1) : yTrue.reshape(predicted.shape)
  return predicted.equal(labels).cast('float32')
}

/**
 * Returns 1 for each output that is on the label's side of the threshold and 0 for the others.
 * @param yTrue of the shape of `yPred`: 0 or 1; a probability above 0.5 counts as 1
 * @param threshold 0.5 for probabilities (default), 0 for logits
 * @throws ShapeError when the shapes differ
 * @example
 * binaryAccuracy(tensor([[1, 0, 1]]), tensor([[0.9, 0.2, 0.4]])).toArray() // => [[1, 1, 0]]
 */
export function binaryAccuracy(yTrue: Tensor, yPred: Tensor, threshold = 0.5): Tensor {
  return agree('binaryAccuracy', yTrue, yPred, threshold)
}

function agree(name: string, yTrue: Tensor, yPred: Tensor, threshold: number): Tensor {
  const labels = matchShape(name, yTrue, yPred)
  return yPred.greater(threshold).equal(labels.greater(0.5)).cast('float32')
}

/** True if a model whose outputs for one example have this shape has one output. */
function isOneOutput(shape: Shape): boolean {
  return (shape[shape.length - 1] ?? 1) === 1
}

/**
 * One of the two above as a metric of a model. The loss decides which: with binary cross-entropy all outputs are yes-or-no, with other
 * losses the shapes decide, as in Keras. Where the loss takes any number, the targets are checked to be labels.
 * @param fromLogits true if the model ends in logits; a named loss of numbers has none
 */
export function accuracyMetric(
  name: string,
  compare: typeof accuracy,
  targets: TargetKind,
  fromLogits: boolean,
): NamedMetric {
  const threshold = fromLogits && targets !== 'numbers' ? 0 : 0.5
  const f = targets === 'probabilities' ? binaryAccuracy : compare
  if (targets !== 'numbers' && targets !== 'custom')
    return { name, apply: (yTrue, yPred) => f(yTrue, yPred, threshold) }
  const checkTargets: NamedMetric['checkTargets'] = (op, values, shape, output) =>
    checkLabels(op, name, values, sizeOf(shape), labelsFor(f === binaryAccuracy, threshold, shape, output))
  return {
    name,
    checkTargets,
    apply: (yTrue, yPred) => {
      if (!backend.isPending?.(yTrue.buffer))
        checkTargets('metrics', yTrue.dataSync(), yTrue.shape.slice(1), yPred.shape.slice(1))
      return f(yTrue, yPred, threshold)
    },
  }
}

/** The form of labels: rows of so many numbers. */
interface Labels {
  readonly row: number
  readonly form: string
  isLabel(values: TypedArray, start: number): boolean
}

/** The form of labels for outputs of a shape. */
function labelsFor(isBinary: boolean, threshold: number, shape: Shape, output: Shape): Labels {
  if (isBinary || isOneOutput(output)) {
    // for logits, −1 and 1 are as good as 0 and 1
    const [known, form] = threshold === 0 ? [[0, 1, -1], '0, 1 or -1'] : [[0, 1], '0 or 1']
    return { row: 1, form, isLabel: (values, i) => known.includes(values[i]) }
  }
  const classes = output[output.length - 1]
  if (sizeOf(shape) === sizeOf(output))
    return { row: classes, form: 'a one-hot row', isLabel: (values, i) => isDistribution(values, i, classes) }
  const isLabel = (values: TypedArray, i: number) =>
    Number.isInteger(values[i]) && values[i] >= 0 && values[i] < classes
  return { row: 1, form: `a whole number from 0 to ${classes - 1}`, isLabel }
}

/** @throws DTypeError for a target that is not a label */
function checkLabels(
  op: string,
  metric: string,
  values: TypedArray,
  width: number,
  { row, form, isLabel }: Labels,
): void {
  for (let i = 0; i < values.length; i += row) {
    if (isLabel(values, i)) continue
    throw new DTypeError(
      `${op}: ${metric} needs labels, but the target of example ${Math.floor(i / width)} is ${formatRow(values, i, row)}. Each must be ${form}; for real numbers watch 'meanAbsoluteError', for several yes-or-no outputs 'binaryAccuracy'.`,
    )
  }
}
