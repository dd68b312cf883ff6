/**
 * What a tensor is: numbers, a shape, and (when gradients flow to it) the node that computed it. A tensor never changes; a
 * `Variable` does. The operations are in `ops.ts`; `methods.ts` makes each of them a method.
 */
import type { Differentiable, GradientHook, Node } from '../autograd/engine.js'
import { DTypeError, GradientError, OptionError, ShapeError } from '../errors.js'
import type { DataBuffer, DType, Shape, TypedArray } from '../kernels/backend.js'
import { thisCopy } from '../printed.js'
import { backend } from './backend.js'
import { isFloat } from './dtype.js'
import { foreign, type TensorParts } from './foreign.js'
import { type JsonNumber, toJsonNumbers } from './json-numbers.js'
import { type NestedArray, nest } from './nested-arrays.js'
import { printTensor } from './print.js'
import { formatShape, sameShape, sizeOf } from './shape.js'

/** A tensor as JSON holds it. */
export interface SavedTensor extends TensorParts {
  /** The numbers, the last axis fastest. */
  readonly data: readonly JsonNumber[]
}

/** A block of numbers with a shape. Made by `tensor`, `zeros`, … and by every operation. */
export class Tensor implements Differentiable<Tensor> {
  /**
   * The mark of this copy of nabla.
   * @internal
   */
  static readonly copy = thisCopy

  /**
   * The numbers, as the back end holds them.
   * @internal
   */
  readonly buffer: DataBuffer
  /** The kind of its numbers: float32, float64, int32 or bool. */
  readonly dtype: DType
  /** Sizes per axis, `[]` for a scalar. */
  readonly shape: Shape
  /** True if gradients flow to it. */
  readonly requiresGrad: boolean
  /** The operation that computed it, while gradients can flow through it; null for a leaf. */
  readonly node: Node<Tensor> | null
  /**
   * The gradient as `backward` left it; see `grad`.
   * @internal
   */
  gradient: Tensor | null = null
  /** Functions that see the gradient of a leaf; see `onGradient`. */
  hooks: GradientHook<Tensor>[] | null = null
  /**
   * Counts in-place changes (of a `Variable`), so that a gradient is never computed from changed numbers.
   * @internal
   */
  version = 0

  /** Internal: use `tensor(data)`. */
  constructor(buffer: DataBuffer, shape: Shape, requiresGrad = false, node: Node<Tensor> | null = null) {
    if (buffer?.dtype === undefined || shape === undefined) throw madeWithNew(buffer)
    this.buffer = buffer
    this.dtype = buffer.dtype
    this.shape = shape
    this.requiresGrad = requiresGrad
    this.node = node
  }

  /** The gradient that `backward` left here, of this shape; null before. */
  get grad(): Tensor | null {
    return this.gradient
  }

  set grad(gradient: Tensor | null) {
    this.gradient = gradient
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape)
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length
  }

  /** A copy of the numbers as a flat typed array, row by row (bools as bytes of 0 and 1). */
  dataSync(): TypedArray {
    return backend.readSync(this.buffer)
  }

  /** Like `dataSync`, for every back end: a GPU is read asynchronously. */
  data(): Promise<TypedArray> {
    return backend.read(this.buffer)
  }

  /**
   * The only element of a tensor of size 1.
   * @throws ShapeError when there are more, or none
   */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError(
        `item: a tensor of shape ${formatShape(this.shape)} is not one number. Use toArray(), or reduce it first.`,
      )
    }
    return backend.readAt(this.buffer, 0)
  }

  /** The numbers as nested arrays; a number for a scalar, booleans for dtype bool. Say what you expect: `toArray<number[][]>()`. */
  toArray<T extends NestedArray = NestedArray>(): T {
    const flat = this.dataSync()
    const values: NestedArray[] = this.dtype === 'bool' ? Array.from(flat, (x) => x !== 0) : Array.from(flat)
    return (this.shape.length === 0 ? values[0] : nest(values, this.shape)) as T
  }

  /**
   * Returns a plain object for `JSON.stringify`; `tensor` and `setWeights` read it. JSON has no NaN, no ±∞ and no −0: they become strings.
   */
  toJSON(): SavedTensor {
    return { shape: this.shape, dtype: this.dtype, data: toJsonNumbers(this.dataSync()) }
  }

  /**
   * Text where text is asked for; arithmetic with JavaScript's operators is an error that names the method.
   * @param hint what JavaScript asks for: `'string'`, `'number'` or `'default'`
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString()
    throw new DTypeError(
      "Tensor: JavaScript's operators (+ - * / < ==) do not work on tensors. Write a.add(b), a.mul(2), a.less(b); a.item() for its one number, String(a) for text.",
    )
  }

  /** The same numbers, cut off from the graph: no gradient flows back. */
  detach(): Tensor {
    return new Tensor(this.buffer, this.shape)
  }

  /**
   * Calls `hook` with the gradient of this tensor during `backward`; what it returns, if anything, replaces the gradient.
   * @param hook gets the gradient; what it returns, if anything, replaces it: a tensor of its shape and dtype
   * @returns a function that removes the hook
   * @throws GradientError when no gradient flows here
   */
  onGradient(hook: GradientHook<Tensor>): () => void {
    if (!this.requiresGrad) {
      throw new GradientError('onGradient: no gradient flows to this tensor. Create it with { requiresGrad: true }.')
    }
    if (typeof hook !== 'function') {
      throw new GradientError(`onGradient: the hook is ${String(hook)}. Pass a function of the gradient.`)
    }
    const checked: GradientHook<Tensor> = (g) => checkReplacement(hook(g), g)
    const holder = this.node ?? this
    holder.hooks = [...(holder.hooks ?? []), checked]
    return () => {
      holder.hooks = holder.hooks?.filter((other) => other !== checked) ?? null
    }
  }

  /**
   * Keeps the gradient of this tensor in `grad` during `backward`, as leaves do.
   * @returns this tensor
   */
  retainGrad(): this {
    if (this.node) {
      this.onGradient((g) => {
        this.grad = g
      })
    }
    return this
  }

  /** Prints shape, dtype and numbers, long axes abbreviated. */
  toString(): string {
    return printTensor(this)
  }

  /** Returns the text that Node's console prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

function madeWithNew(given: unknown): OptionError {
  return new OptionError(
    `Tensor: received ${given === undefined ? 'nothing' : String(given)}, but tensors are not created with new. Write tensor(data), or ones([2, 3]).`,
  )
}

/** Returns a hook's result, if it can replace the gradient. */
function checkReplacement(result: unknown, g: Tensor): Tensor | undefined {
  if (result === undefined || result === null) return undefined
  if (!(result instanceof Tensor)) {
    throw new GradientError(
      `onGradient: the hook returned ${foreign(result) ?? String(result)}, not a tensor. Return the new gradient, or nothing.`,
    )
  }
  if (!sameShape(result.shape, g.shape)) {
    throw new GradientError(
      `onGradient: the hook returned shape ${formatShape(result.shape)}, the gradient has shape ${formatShape(g.shape)}. Return a tensor of its shape, or nothing.`,
    )
  }
  if (result.dtype !== g.dtype) {
    throw new GradientError(
      `onGradient: the hook returned ${result.dtype}, the gradient is ${g.dtype}. Cast the result: cast('${g.dtype}').`,
    )
  }
  return result
}

/**
 * @throws DTypeError when gradients are asked for integers or bools
 */
export function checkDifferentiable(op: string, dtype: DType): void {
  if (!isFloat(dtype)) {
    throw new DTypeError(`${op}: a tensor of dtype ${dtype} cannot require a gradient. Use float32 or float64.`)
  }
}
