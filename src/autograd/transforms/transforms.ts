/**
 * Derivatives beyond the gradient, all through the one reverse mode: products with Jacobians from either side, Jacobians, Hessians.
 */
import { GradientError, ShapeError } from '../../errors.js'
import { backend } from '../../tensor/backend.js'
import { type TensorLike, toTensors, wrap } from '../../tensor/creation.js'
import { isFloat } from '../../tensor/dtype.js'
import { zeros, zerosLike } from '../../tensor/filling.js'
import { accumulate, toGradient } from '../../tensor/operations/backward.js'
import { concat } from '../../tensor/operations/joining.js'
import { checkSize, formatShape, sameShape, sizeOf } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'
import { backpropagate, setRecording } from '../engine.js'
import { checkSomeFloat, differentiate, pullBack, type TensorFunction, type Trace, traceFloats } from './grad.js'

/**
 * f(xs), and the function that takes the gradient of that result (of its shape) back to the arguments: g ↦ gᵀJ. It can be called
 * any number of times.
 *
 * @returns [value, pullback]; `pullback(g)` gives one gradient per argument, zeros for one of integers
 * @throws ShapeError (by `pullback`) when g has another shape than the value; GradientError when it is of integers, or no argument or not the
 * result is of floats
 * @example
 * const [y, pullback] = vjp((x) => x.square(), [1, 2, 3])
 * y.toArray() // => [1, 4, 9]
 * pullback(tensor([1, 0, 1]))[0].toArray() // => [2, 0, 6]
 */
export function vjp(f: TensorFunction, ...xs: TensorLike[]): [value: Tensor, pullback: (g: TensorLike) => Tensor[]] {
  const traced = traceFloats('vjp', f, xs)
  const { result, outer } = traced
  const pullback = (g: TensorLike) => pullBack(traced, checkTangent('vjp', g, result))
  return [outer ? result : result.detach(), pullback]
}

/**
 * f(xs), and how it changes when the arguments move along the tangents: J·v, forward mode. (It is computed as the gradient of
 * g ↦ gᵀJ, which is linear in g, so the one table of reverse rules serves.)
 *
 * @param tangents one per argument, of its shape; zeros for an argument of integers
 * @returns [value, tangent of the value]
 * @throws ShapeError when a tangent does not have the shape of its argument; GradientError when it is of integers, or not zeros for an argument
 * of integers, or no argument or not the result is of floats
 * @example
 * const [y, dy] = jvp((x) => x.sin(), [[0, 1]], [[1, 0]])
 * dy.toArray() // => [1, 0]
 */
export function jvp(
  f: TensorFunction,
  xs: readonly TensorLike[],
  tangents: readonly TensorLike[],
): [value: Tensor, tangent: Tensor] {
  if (!Array.isArray(xs) || !Array.isArray(tangents)) {
    throw new ShapeError('jvp: the arguments and the tangents must be arrays. Write jvp(f, [x], [v]).')
  }
  if (xs.length !== tangents.length) {
    throw new ShapeError(`jvp: ${xs.length} arguments, ${tangents.length} tangents. Give one tangent per argument.`)
  }
  const given = toTensors([...xs, ...tangents], 'float32')
  const traced = traceFloats('jvp', f, given.slice(0, xs.length))
  const { inputs, result, outer } = traced
  const directions = inputs.map((x, i) => checkMoves(checkTangent('jvp', given[xs.length + i], x), x, i))
  const value = outer ? result : result.detach()
  if (!result.requiresGrad) return [value, zerosLike(result)]
  return [value, pushForward(traced, directions)]
}

function pushForward({ inputs, result, outer }: Trace, directions: readonly Tensor[]): Tensor {
  return setRecording(true, () => {
    const g = new Tensor(zerosLike(result).buffer, result.shape, true)
    const rows = backpropagate<Tensor>([result], [g], accumulate, { createGraph: true }, new Set(inputs))
    const products = inputs.flatMap((x, i) => {
      const row = rows.get(x)
      return row ? [row.mul(directions[i]).sum()] : []
    })
    const sum = products.reduce((a, b) => a.add(b))
    if (!sum.requiresGrad) return zerosLike(result)
    const one = wrap('jvp', sum.dtype === 'float64' ? Float64Array.of(1) : Float32Array.of(1), sum.dtype, [])
    const options = { createGraph: outer || directions.some((v) => v.requiresGrad), retainGraph: true }
    return backpropagate<Tensor>([sum], [one], accumulate, options, new Set([g])).get(g) ?? zerosLike(result)
  })
}

/** The tangent of argument i: integers do not move. */
function checkMoves(v: Tensor, x: Tensor, i: number): Tensor {
  if (isFloat(x.dtype) || backend.isPending?.(v.buffer) || v.dataSync().every((n) => n === 0)) return v
  throw new GradientError(
    `jvp: argument ${i} is ${x.dtype}, and derivatives exist only along floats. Its tangent must be zeros: zerosLike(x).`,
  )
}

/**
 * All partial derivatives of f's result with respect to its first argument; 0 where it does not depend on it (see `grad`).
 *
 * @returns a function of the arguments; its result has the shape [...shape of f's result, ...shape of the argument]
 * @throws GradientError when the result or the first argument is of integers or bools
 * @example
 * jacobian((x) => x.square())([1, 2]).toArray() // => [[2, 0], [0, 4]]
 */
export function jacobian(f: TensorFunction): (...xs: TensorLike[]) => Tensor {
  return (...xs) => jacobianOf('jacobian', f, xs)
}

function jacobianOf(op: string, f: TensorFunction, xs: readonly TensorLike[]): Tensor {
  const traced = traceFloats(op, f, xs, 1)
  const { inputs, result } = traced
  const shape = [...result.shape, ...inputs[0].shape]
  if (sizeOf(shape) === 0) return zeros(shape, { dtype: inputs[0].dtype })
  checkSize(op, inputs[0].dtype, sizeOf(shape))
  const rows = Array.from({ length: result.size }, (_, i) => pullBack(traced, unit(result, i))[0].reshape([1, -1]))
  return concat(rows).reshape(shape)
}

/**
 * All second derivatives of a scalar function with respect to its first argument, [...shape, ...shape].
 * @throws GradientError when the result is not a scalar, or when it or the first argument is of integers or bools
 * @example
 * hessian((x) => x.pow(3).sum())([1, 2]).toArray() // => [[6, 0], [0, 12]]
 */
export function hessian(f: TensorFunction): (...xs: TensorLike[]) => Tensor {
  return (...xs) => jacobianOf('hessian', (...points) => differentiate('hessian', f, points, 1).gradients[0], xs)
}

/**
 * The Hessian of a scalar function times a vector, without forming the Hessian.
 * @param v of the shape of x
 * @param f a function of one tensor with one number as its result
 * @throws ShapeError when v has another shape than x; GradientError when the result is not a scalar, or anything is of integers or bools
 * @example
 * hvp((x) => x.pow(3).sum(), [1, 2], [1, 1]).toArray() // => [6, 12]
 */
export function hvp(f: (x: Tensor) => Tensor, x: TensorLike, v: TensorLike): Tensor {
  const [point, vector] = toTensors([x, v], 'float32')
  checkSomeFloat('hvp', [point])
  const direction = checkTangent('hvp', vector, point)
  const gradient = (g: TensorFunction, p: Tensor) => differentiate('hvp', g, [p]).gradients[0]
  return gradient((p) => gradient(f, p).mul(direction).sum(), point)
}

/** 1 at one element, 0 elsewhere. */
function unit(x: Tensor, index: number): Tensor {
  const values = x.dtype === 'float64' ? new Float64Array(x.size) : new Float32Array(x.size)
  values[index] = 1
  return wrap('jacobian', values, x.dtype, x.shape)
}

function checkTangent(op: string, given: TensorLike, x: Tensor): Tensor {
  const v = toGradient(op, given, x)
  if (sameShape(v.shape, x.shape)) return v
  throw new ShapeError(
    `${op}: got a vector of shape ${formatShape(v.shape)} for a tensor of shape ${formatShape(x.shape)}. They must be equal.`,
  )
}
