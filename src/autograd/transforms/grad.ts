/**
 * Gradients of functions: `grad(f)` is a function too, so that it can be differentiated again.
 */
import { GradientError } from '../../errors.js'
import { checkFunction, show } from '../../options.js'
import { type TensorLike, toTensors } from '../../tensor/creation.js'
import { isFloat } from '../../tensor/dtype.js'
import { onesLike, zerosLike } from '../../tensor/filling.js'
import { foreign } from '../../tensor/foreign.js'
import { notAsync } from '../../tensor/not-async.js'
import { run } from '../../tensor/operation.js'
import { accumulate } from '../../tensor/operations/backward.js'
import { ops } from '../../tensor/operations/ops.js'
import { formatShape } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'
import { backpropagate, leavesBehind, recording, setRecording } from '../engine.js'

/** A function of tensors whose result is one tensor. */
export type TensorFunction = (...xs: Tensor[]) => Tensor

/**
 * Runs `f` without recording: what it computes has no graph, so no gradient flows through it and nothing is kept.
 * @param f what to run; not async
 * @throws OptionError when `f` returns a promise: after its first `await`, it would be recorded again
 * @example
 * const w = variable([1, 2])
 * noGrad(() => w.mul(2)).requiresGrad // => false
 */
export function noGrad<R>(f: () => R): R {
  checkFunction('noGrad', f)
  return setRecording(false, () => notAsync('noGrad', f()))
}

/**
 * The gradient of a scalar function with respect to its first argument.
 *
 * The gradient is 0 where the result does not depend on the argument. If that is a surprise, look for `item()` or `toArray()` in `f`: they
 * give plain numbers, which gradients do not flow through.
 *
 * @param f a function of tensors with a scalar result; it may read variables and other tensors too
 * @returns a function of the same arguments that gives a tensor of the shape of the first
 * @throws GradientError when the result of `f` is not a scalar, or when it or the first argument is of integers or bools (later arguments may
 * be, labels for example)
 * @example
 * const cube = (x) => x.pow(3).sum()
 * grad(cube)([2]).toArray() // => [12]
 * grad((x) => grad(cube)(x).sum())([2]).toArray() // => [12]
 */
export function grad(f: TensorFunction): (...xs: TensorLike[]) => Tensor {
  return (...xs) => differentiate('grad', f, xs, 1).gradients[0]
}

/**
 * The gradients of a scalar function with respect to each of its arguments; see `grad`. An argument of integers among them gets zeros.
 * @throws GradientError when the result of `f` is not a scalar of floats, or no argument is of floats
 * @example
 * const [da, db] = grads((a, b) => a.mul(b).sum())([1, 2], [3, 4])
 * da.toArray() // => [3, 4]
 * db.toArray() // => [1, 2]
 */
export function grads(f: TensorFunction): (...xs: TensorLike[]) => Tensor[] {
  return (...xs) => differentiate('grads', f, xs).gradients
}

/**
 * The value of a scalar function and its gradient with respect to the first argument, in one go; see `grad`.
 * @throws GradientError when the result of `f` is not a scalar, or when it or the first argument is of integers or bools
 * @example
 * const [value, gradient] = valueAndGrad((x) => x.square().sum())([1, 2])
 * value.item() // => 5
 * gradient.toArray() // => [2, 4]
 */
export function valueAndGrad(f: TensorFunction): (...xs: TensorLike[]) => [value: Tensor, gradient: Tensor] {
  return (...xs) => {
    const { value, gradients } = differentiate('valueAndGrad', f, xs, 1)
    return [value, gradients[0]]
  }
}

/** f at xs, and the gradients of its scalar result, of which those of the first `count` arguments are wanted. */
export function differentiate(
  op: string,
  f: TensorFunction,
  xs: readonly TensorLike[],
  count?: number,
): { value: Tensor; gradients: Tensor[] } {
  const traced = traceFloats(op, f, xs, count)
  const { result, outer } = traced
  if (result.size !== 1) {
    throw new GradientError(
      `${op}: the function returned shape ${formatShape(result.shape)}, not a scalar. Reduce it with sum() or mean(), or use jacobian().`,
    )
  }
  return { value: outer ? result : result.detach(), gradients: pullBack(traced, onesLike(result)) }
}

/** A function call whose graph is known. */
export interface Trace {
  /** The arguments passed to the function, each requiring its own gradient. */
  readonly inputs: readonly Tensor[]
  /** The value that the function returned. */
  readonly result: Tensor
  /** True if gradients also flow to something outside the call: to an argument's own graph, or to a variable it read. */
  readonly outer: boolean
}

/**
 * Runs `f`, which is to be differentiated, and keeps its graph.
 * @param count how many of the arguments, from the first on, derivatives are wanted for; one of these must be of floats
 * @throws GradientError when none of them is, or the result is not
 */
export function traceFloats(op: string, f: TensorFunction, xs: readonly TensorLike[], count = xs.length): Trace {
  const inputs = toTensors(xs, 'float32')
  checkSomeFloat(op, inputs.slice(0, count))
  const traced = trace(op, f, inputs)
  if (isFloat(traced.result.dtype)) return traced
  throw new GradientError(
    `${op}: the function returned ${traced.result.dtype}, and only floats have derivatives. Comparisons, argMax() and casts to integers have none; return what they are computed from.`,
  )
}

/** @throws GradientError when none of the tensors that derivatives are wanted for is of floats */
export function checkSomeFloat(op: string, xs: readonly Tensor[]): void {
  if (xs.some(({ dtype }) => isFloat(dtype))) return
  const given = xs.length === 0 ? 'missing' : xs.map(({ dtype }) => dtype).join(' and ')
  throw new GradientError(
    `${op}: the argument is ${given}, and derivatives exist only with respect to floats. Give float32 or float64: x.cast('float32').`,
  )
}

/** Runs `f` and keeps its graph. */
export function trace(op: string, f: TensorFunction, xs: readonly TensorLike[]): Trace {
  checkFunction(op, f)
  const wanted = recording
  return setRecording(true, () => {
    const inputs = toTensors(xs, 'float32').map(track)
    const result = checkResult(op, notAsync(op, f(...inputs)))
    const own = new Set<Tensor>(inputs)
    const outer = wanted && [...leavesBehind<Tensor>([result])].some((leaf) => !own.has(leaf))
    return { inputs, result, outer }
  })
}

/** @throws GradientError when a function that is to return a tensor has returned something else */
export function checkResult(op: string, result: unknown): Tensor {
  if (result instanceof Tensor) return result
  throw new GradientError(
    `${op}: the function returned ${foreign(result) ?? show(result)}, not a tensor. Return what it computes as a tensor.`,
  )
}

/** The gradients of a call's inputs, given that of its result. */
export function pullBack({ inputs, result, outer }: Trace, g: Tensor): Tensor[] {
  if (!result.requiresGrad) return inputs.map(zerosLike)
  const options = { createGraph: outer || g.requiresGrad, retainGraph: true }
  const found = backpropagate<Tensor>([result], [g], accumulate, options, new Set(inputs))
  return inputs.map((x) => found.get(x) ?? zerosLike(x))
}

/** The same numbers as a tensor of its own that requires a gradient; gradients flow on to x if it requires one itself. */
function track(x: Tensor): Tensor {
  if (x.requiresGrad) return run(ops.reshape, [x], { shape: x.shape })
  return isFloat(x.dtype) ? new Tensor(x.detach().buffer, x.shape, true) : x
}
