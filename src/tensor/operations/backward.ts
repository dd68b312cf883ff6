/**
 * `loss.backward()`: the engine's walk, started at a tensor.
 */
import { type BackpropagateOptions, backpropagate, callsUser } from '../../autograd/engine.js'
import { GradientError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { flag, resolve, show } from '../../options.js'
import { backend } from '../backend.js'
import { type TensorLike, toTensorBeside, wrap } from '../creation.js'
import { isFloat } from '../dtype.js'
import { foreign } from '../foreign.js'
import { IndexedSlices } from '../indexed-slices.js'
import { formatShape, sameShape } from '../shape.js'
import { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { concat } from './joining.js'

/**
 * Computes the gradient of `x` with respect to every leaf behind it that requires one, and adds it to the leaf's `grad`. The
 * graph is freed unless told otherwise.
 *
 * @param g the gradient of `x`, of its shape; may be left out when `x` has one element (then 1)
 * @param options `retainGraph` keeps the graph for another call
 * @throws GradientError when `x` is not a scalar (without `g`), when nothing differentiable led to it, when its graph was freed, or
 * when `g` has another shape, or is of integers
 * @example
 * const w = variable([1, 2])
 * w.square().sum().backward()
 * w.grad.toArray() // => [2, 4]
 */
export function backward(x: Tensor, g?: TensorLike, options?: BackpropagateOptions): void {
  if (!isPrivate(x, options)) addGradients(gradientsOfLeaves(x, g, options))
  else
    backend.inWorkspace(() =>
      addGradients(gradientsOfLeaves(x, g, options))
        .filter((leaf) => !settle(leaf))
        .map(({ gradient }) => gradient),
    )
}

/** True if nobody sees a gradient before the walk is over, so that it may take place in a workspace of its own. */
function isPrivate(x: Tensor, options?: BackpropagateOptions): boolean {
  const isKept = options?.retainGraph || options?.createGraph
  return backend.isInWorkspace === false && !isKept && x instanceof Tensor && !callsUser<Tensor>(x)
}

/** Adds to the gradients of leaves, and returns these. */
function addGradients(gradients: Map<Tensor, Tensor>): Tensor[] {
  for (const [leaf, gradient] of gradients) {
    leaf.gradient = leaf.gradient ? accumulate(leaf.gradient, gradient) : gradient
  }
  return [...gradients.keys()]
}

/** Copies the gradient of a variable to where it outlives a workspace; returns false for what must be returned from there. */
function settle(leaf: Tensor): boolean {
  if (!(leaf instanceof Variable) || leaf.gradient instanceof IndexedSlices) return false
  leaf.copyGradient(leaf.gradient as Tensor)
  return true
}

/**
 * The gradients that `backward` adds to the leaves behind `x`, without touching their `grad`.
 * @param g the gradient of `x`, of its shape; may be left out when `x` has one element (then 1)
 * @param options `retainGraph` keeps the graph for another call
 */
export function gradientsOfLeaves(x: Tensor, g?: TensorLike, options: BackpropagateOptions = {}): Map<Tensor, Tensor> {
  const how = resolve('backward', options, {
    defaults: { retainGraph: undefined, createGraph: false },
    ranges: { retainGraph: flag },
  })
  if (!(x instanceof Tensor)) throw notTensor(x)
  if (!x.requiresGrad) throw withoutGraph(x)
  if (g === undefined && x.size !== 1) throw notScalar(x.shape)
  return backpropagate<Tensor>([x], [g === undefined ? one(x) : seed(x, g)], accumulate, how)
}

/** The gradient of a scalar with respect to itself. */
function one({ dtype, shape }: Tensor): Tensor {
  return wrap('backward', dtype === 'float64' ? Float64Array.of(1) : Float32Array.of(1), dtype, shape)
}

/** The gradient to begin with: one number stands for a tensor of one element. */
function seed(x: Tensor, given: TensorLike): Tensor {
  const g = toGradient('backward', given, x)
  if (sameShape(g.shape, x.shape)) return g
  if (typeof given === 'number' && x.size === 1) return g.reshape(x.shape)
  throw wrongSeed(g.shape, x.shape)
}

/**
 * A gradient or tangent of x, in its dtype.
 * @throws GradientError when it is of integers or bools
 */
export function toGradient(op: string, given: TensorLike, x: Tensor): Tensor {
  const g = toTensorBeside(x.dtype, given)
  if (!isFloat(x.dtype) || g.dtype === x.dtype) return g
  if (!isFloat(g.dtype)) {
    throw new GradientError(
      `${op}: the gradient is ${g.dtype}, what it belongs to ${x.dtype}. Cast it: g.cast('${x.dtype}').`,
    )
  }
  return g.cast(x.dtype)
}

/** The sum of two gradients of one tensor; sparse when both are. */
export function accumulate(a: Tensor, b: Tensor): Tensor {
  if (!(a instanceof IndexedSlices && b instanceof IndexedSlices)) return a.add(b)
  const values = concat([rowsOf(a), rowsOf(b)])
  return new IndexedSlices(values, concat([a.indices.flatten(), b.indices.flatten()]), a.shape, true)
}

function rowsOf({ values, indices, shape }: IndexedSlices): Tensor {
  return values.reshape([indices.size, ...shape.slice(1)])
}

function notTensor(x: unknown): GradientError {
  return new GradientError(`backward: received ${foreign(x) ?? show(x)}, not a tensor. Pass the loss as a tensor.`)
}

function withoutGraph({ dtype }: Tensor): GradientError {
  if (!isFloat(dtype)) {
    return new GradientError(
      `backward: this tensor is ${dtype}, and only floats have gradients. Comparisons, argMax() and casts to integers have none; start from what they are computed from.`,
    )
  }
  return new GradientError(
    'backward: no gradient flows to this tensor. It was computed without a variable or a tensor with requiresGrad, or under noGrad; make the inputs variables.',
  )
}

function notScalar(shape: Shape): GradientError {
  return new GradientError(
    `backward: a tensor of shape ${formatShape(shape)} is not a scalar. Reduce it with sum() or mean(), or give the gradient of each element: backward(g).`,
  )
}

function wrongSeed(got: Shape, want: Shape): GradientError {
  return new GradientError(
    `backward: the gradient has shape ${formatShape(got)}, the tensor ${formatShape(want)}. Give a gradient of the tensor's own shape.`,
  )
}
