/**
 * A tensor that changes: weights, and whatever else an optimizer or a layer updates in place.
 */
import { DTypeError, ShapeError } from '../errors.js'
import type { DataBuffer, DType, Shape } from '../kernels/backend.js'
import { resolve, string } from '../options.js'
import { backend } from './backend.js'
import { type TensorLike, tensor } from './creation.js'
import { printTensor } from './print.js'
import { formatShape, sameShape } from './shape.js'
import { checkDifferentiable, Tensor } from './tensor.js'

/** Maps a variable's new value to an allowed one, after each optimizer step; see `nonNeg`, `maxNorm`. */
export type Constraint = (value: Tensor) => Tensor

/** Options of `variable`. */
export interface VariableOptions {
  /** Default: `variable`, numbered. */
  name?: string
  /** float32 (default) or float64; integers only when not trainable. */
  dtype?: DType
  /** If true, it requires a gradient and optimizers update it. Default true. */
  trainable?: boolean
  /** Applied by optimizers after each update. Default none. */
  constraint?: Constraint | null
}

let unnamed = 0

/** A trainable, named, assignable tensor. Made by `variable`. */
export class Variable extends Tensor {
  /** Its own name: `kernel`, `bias`, … */
  name: string
  /** Its name with those of the layers around it: `sequential/dense/kernel`. */
  path: string
  /** Applied by optimizers after each update. */
  constraint: Constraint | null
  /** An optimizer takes its gradient as its new value instead of stepping along it (Keras). Default false. */
  overwriteWithGradient = false
  /** Holds gradient after gradient, as long as nobody has seen them. */
  private gradientBuffer: DataBuffer | null = null

  /** Internal: use `variable(data)`. */
  constructor(numbers: DataBuffer, shape: Shape, trainable: boolean, name: string, constraint: Constraint | null) {
    super(numbers, shape, trainable)
    this.name = name
    this.path = name
    this.constraint = constraint
  }

  /** The gradient that `backward` left here, of this shape; null before. */
  override get grad(): Tensor | null {
    const { gradient } = this
    if (gradient !== null && gradient.buffer === this.gradientBuffer)
      this.gradient = new Tensor(backend.duplicate(gradient.buffer), this.shape)
    return this.gradient
  }

  override set grad(gradient: Tensor | null) {
    this.gradient = gradient
  }

  /** Internal: sets the gradient to a copy of these numbers. */
  copyGradient(source: Tensor): void {
    this.gradientBuffer ??= backend.allocate(this.dtype, this.size)
    backend.write(this.gradientBuffer, source.buffer)
    this.gradient = new Tensor(this.gradientBuffer, this.shape)
  }

  /** True if it requires a gradient and optimizers update it. Set it to false to freeze the variable. */
  get trainable(): boolean {
    return this.requiresGrad
  }

  set trainable(value: boolean) {
    if (value) checkDifferentiable('trainable', this.dtype)
    ;(this as { requiresGrad: boolean }).requiresGrad = value
  }

  /**
   * Replaces the numbers.
   * @param value of this shape and dtype (arrays and numbers are converted)
   * @returns this variable
   * @throws ShapeError or DTypeError when it does not fit; nothing is changed then
   */
  assign(value: TensorLike): this {
    const source = value instanceof Tensor ? value : tensor(value, { dtype: this.dtype })
    if (!sameShape(source.shape, this.shape)) {
      throw new ShapeError(
        `assign: variable ${this.name} has shape ${formatShape(this.shape)}, the value ${formatShape(source.shape)}. Reshape the value first.`,
      )
    }
    if (source.dtype !== this.dtype) {
      throw new DTypeError(
        `assign: variable ${this.name} holds ${this.dtype}, the value ${source.dtype}. Call cast('${this.dtype}') on it first.`,
      )
    }
    backend.write(this.buffer, source.buffer)
    this.version++
    return this
  }

  /**
   * Adds to the numbers; see `assign`.
   * @param value of this shape, or broadcast to it
   */
  assignAdd(value: TensorLike): this {
    return this.assign(this.detach().add(value))
  }

  /**
   * Subtracts from the numbers; see `assign`.
   * @param value of this shape, or broadcast to it
   */
  assignSub(value: TensorLike): this {
    return this.assign(this.detach().sub(value))
  }

  /** Forgets the gradient that `backward` left. */
  zeroGrad(): void {
    this.grad = null
  }

  /** A copy of the numbers as they are now, cut off from the graph: later assignments do not show in it. */
  override detach(): Tensor {
    return new Tensor(backend.duplicate(this.buffer), this.shape)
  }

  override toString(): string {
    return printTensor(this, `Variable ${this.name}`)
  }
}

/**
 * Makes a variable: a tensor that gradients flow to and that can be assigned.
 *
 * @param data nested arrays, a typed array, a number or a tensor; copied
 * @throws DTypeError when a trainable variable is asked to hold integers
 * @example
 * const w = variable([1, 2, 3], { name: 'w' })
 * w.assignAdd([10, 10, 10]).toArray() // => [11, 12, 13]
 */
export function variable(data: TensorLike, options: VariableOptions = {}): Variable {
  const { name, dtype, trainable, constraint } = resolve('variable', options, {
    defaults: { name: undefined, dtype: undefined, trainable: true, constraint: null },
    ranges: { name: string },
  })
  const source = tensor(data, { dtype })
  if (trainable) checkDifferentiable('variable', source.dtype)
  const numbers = backend.allocate(source.dtype, source.size)
  backend.write(numbers, source.buffer)
  return new Variable(numbers, source.shape, trainable, name ?? nextName(), constraint)
}

/** Names a variable that was given none: `variable`, `variable_1`, … */
function nextName(): string {
  return unnamed++ === 0 ? 'variable' : `variable_${unnamed - 1}`
}
