/**
 * Gradients that do not come from the table: rules of one's own, no gradient at all, and recomputing instead of remembering.
 */
import { GradientError, ShapeError } from '../../errors.js'
import { checkFunction, show } from '../../options.js'
import { type TensorLike, toTensor, toTensors } from '../../tensor/creation.js'
import { isFloat } from '../../tensor/dtype.js'
import { zerosLike } from '../../tensor/filling.js'
import { foreign } from '../../tensor/foreign.js'
import { notAsync } from '../../tensor/not-async.js'
import { OperationNode, PrimitiveRow, type Row, run } from '../../tensor/operation.js'
import { accumulate } from '../../tensor/operations/backward.js'
import { concat } from '../../tensor/operations/joining.js'
import { snapshot } from '../../tensor/operations/shape-rows.js'
import { formatShape, sameShape } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'
import { backpropagate, leavesBehind, recording } from '../engine.js'
import { checkResult, noGrad, type TensorFunction, trace } from './grad.js'

/** The values that a custom gradient rule may read. */
export interface CustomContext {
  /** The arguments of the function. */
  readonly inputs: readonly Tensor[]
  /** The result of the function. */
  readonly output: Tensor
}

/**
 * A function with a gradient rule of its own.
 *
 * @param f computes the result; it is not recorded
 * @param rule the gradients of the inputs (an array, or one tensor for one input), given that of the result; recorded when
 * gradients of gradients are asked for
 * @throws GradientError when the rule gives the wrong number of gradients or a wrong shape; OptionError when one of the functions is async
 * @example
 * const straightThrough = customGradient((x) => x.round(), (g) => g)
 * grad((x) => straightThrough(x).sum())([0.4, 1.6]).toArray() // => [1, 1]
 */
export function customGradient(
  f: TensorFunction,
  rule: (g: Tensor, context: CustomContext) => Tensor | readonly Tensor[],
): (...xs: TensorLike[]) => Tensor {
  checkFunction('customGradient', f)
  checkFunction('customGradient', rule)
  const memo = new WeakMap<object, { g: Tensor; gradients: readonly Tensor[] }>()
  const row = new PrimitiveRow<readonly Tensor[], void>(
    (inputs) => ownCopy(noGrad(() => notAsync('customGradient', f(...inputs)))),
    (g, context, i) => {
      const last = memo.get(context)
      if (last?.g === g) return last.gradients[i]
      const gradients = checkGradients([notAsync('customGradient', rule(g, context))].flat(), context.inputs)
      memo.set(context, { g, gradients })
      return gradients[i]
    },
  )
  row.name = 'customGradient'
  row.callsUser = true
  return (...xs) => run(row, toTensors(xs, 'float32'), undefined)
}

/** Copies the function's result: it may be a variable, which changes. */
function ownCopy(result: Tensor): Tensor {
  return checkResult('customGradient', result).detach()
}

function checkGradients(gradients: readonly Tensor[], inputs: readonly Tensor[]): readonly Tensor[] {
  if (gradients.length !== inputs.length) {
    throw new GradientError(
      `customGradient: the rule gave ${gradients.length} gradients for ${inputs.length} inputs. Return one per input, in order.`,
    )
  }
  gradients.forEach((g, i) => {
    if (!(g instanceof Tensor)) {
      throw new GradientError(
        `customGradient: gradient ${i} is ${foreign(g) ?? show(g)}, not a tensor. Return zerosLike(x) where none flows.`,
      )
    }
    if (isFloat(inputs[i].dtype) && !isFloat(g.dtype)) {
      throw new GradientError(
        `customGradient: gradient ${i} is ${g.dtype}, its input ${inputs[i].dtype}. Return cast('${inputs[i].dtype}') of it.`,
      )
    }
    if (sameShape(g.shape, inputs[i].shape)) return
    throw new GradientError(
      `customGradient: gradient ${i} has shape ${formatShape(g.shape)}, its input ${formatShape(inputs[i].shape)}. They must be equal.`,
    )
  })
  return gradients
}

/**
 * The same numbers, through which no gradient flows.
 * @example
 * grad((x) => x.mul(stopGradient(x)).sum())([3]).toArray() // => [3]
 */
export function stopGradient(x: TensorLike): Tensor {
  return toTensor(x).detach()
}

/**
 * Calls `f` without keeping what it computes on the way; backward calls it again. Saves memory, costs a second forward pass.
 * `f` must give the same result both times: seed what is random in it.
 * @throws OptionError when `f` is async
 * @example
 * grad((x) => checkpoint((z) => z.sin().exp(), x).sum())([0]).toArray() // => [1]
 */
export function checkpoint(f: TensorFunction, ...xs: TensorLike[]): Tensor {
  checkFunction('checkpoint', f)
  const inputs = toTensors(xs, 'float32')
  if (!recording) return snapshot(checkResult('checkpoint', notAsync('checkpoint', f(...inputs))))
  const { inputs: own, result } = trace('checkpoint', f, inputs.map(stopGradient))
  const read = [...leavesBehind<Tensor>([result])].filter((leaf) => !own.includes(leaf))
  const all = [...inputs, ...read]
  if (!isFloat(result.dtype) || !all.some((x) => x.requiresGrad)) return result.detach()
  const node = new OperationNode(new RecomputingRow(f, inputs.length), all, null, undefined)
  return new Tensor(result.detach().buffer, result.shape, true, node)
}

/** The row of a checkpoint: its inputs are the arguments of `f`, then the variables that `f` read. */
class RecomputingRow implements Row {
  readonly name = 'checkpoint'
  readonly callsUser = true
  private memo: { g: Tensor; gradients: Map<Tensor, Tensor>; inputs: readonly Tensor[] } | null = null

  constructor(
    private readonly f: TensorFunction,
    private readonly count: number,
  ) {}

  gradientOf(i: number, g: Tensor, node: OperationNode): Tensor {
    const all = node.inputs as readonly Tensor[]
    if (this.memo?.g !== g) this.memo = this.recompute(g, all.slice(0, this.count))
    const { gradients, inputs } = this.memo as NonNullable<typeof this.memo>
    const x = i < this.count ? inputs[i] : all[i]
    return gradients.get(x) ?? zerosLike(x)
  }

  private recompute(g: Tensor, xs: readonly Tensor[]) {
    const createGraph = recording
    const { inputs, result } = trace('checkpoint', this.f, xs)
    const gradients = backpropagate<Tensor>(
      [result],
      [g],
      accumulate,
      { createGraph, retainGraph: createGraph },
      new Set(inputs),
    )
    return { g, gradients, inputs }
  }
}

/**
 * A function of single examples, made to take batches: it is called for each example of the first axis, and the results are
 * stacked.
 * @throws ShapeError when the first axes differ, or are empty; OptionError when `f` is async
 * @example
 * const norms = vectorize((row) => row.square().sum().sqrt())
 * norms([[3, 4], [6, 8]]).toArray() // => [5, 10]
 */
export function vectorize(f: TensorFunction): (...xs: TensorLike[]) => Tensor {
  checkFunction('vectorize', f)
  return (...xs) => {
    const inputs = toTensors(xs, 'float32')
    const count = inputs[0]?.shape[0]
    if (count === undefined || count === 0 || inputs.some((x) => x.shape[0] !== count)) {
      const shapes = inputs.map((x) => formatShape(x.shape)).join(' and ')
      throw new ShapeError(
        `vectorize: the arguments have shapes ${shapes || 'of nothing'}. Give them one first axis of equal size, at least 1.`,
      )
    }
    const results = Array.from({ length: count }, (_, i) =>
      notAsync('vectorize', f(...inputs.map((x) => x.slice([i])))),
    )
    return concat(results.map((y) => checkResult('vectorize', y).expandDims(0)))
  }
}
