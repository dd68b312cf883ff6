/**
 * Training data as `fit` needs it: rows of ordinary arrays, checked once, taken in batches.
 */
import { DTypeError, OptionError, ShapeError } from '../errors.js'
import type { DType, Shape, TypedArray } from '../kernels/backend.js'
import type { Generator } from '../kernels/random.js'
import { type TensorLike, toTensor, wrap } from '../tensor/creation.js'
import { foreign } from '../tensor/foreign.js'
import { formatShape, sizeOf } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'
import { isPromise, received } from './received.js'
import { checkTargets, type TargetKind } from './targets.js'

/** One array whose first axis are the examples. */
interface Column {
  readonly values: TypedArray
  readonly dtype: DType
  /** The shape of one example, and its number of elements. */
  readonly shape: Shape
  readonly width: number
}

/** Examples and their targets. */
export class Dataset {
  private constructor(
    private readonly x: Column,
    private readonly y: Column | null,
    readonly size: number,
  ) {}

  /**
   * Checks examples and their targets, and copies them.
   * @throws ShapeError when x and y have different lengths, or there are no examples
   * @throws DTypeError when a number is NaN or infinite
   */
  static of(op: DataOp, x: TensorLike, y: TensorLike): Dataset {
    checkData(op, 'x', x, y)
    checkData(op, 'y', y)
    const [xs, ys] = [toColumn(op, 'x', x), toColumn(op, 'y', y)]
    const [size, targets] = [xs, ys].map(({ values, width }) => values.length / width)
    if (targets !== size) {
      throw new ShapeError(
        `${op}: x has ${size} examples, y ${targets}. Every example needs one target: the first axes must be equal.`,
      )
    }
    return new Dataset(xs, ys, size)
  }

  /** Examples without targets, checked and copied. */
  static inputs(op: DataOp, x: TensorLike): Dataset {
    checkData(op, 'x', x)
    const xs = toColumn(op, 'x', x)
    return new Dataset(xs, null, xs.values.length / xs.width)
  }

  /** Examples `start` to `stop`, not included. */
  part(start: number, stop: number): Dataset {
    const cut = (c: Column): Column => ({ ...c, values: c.values.subarray(start * c.width, stop * c.width) })
    return new Dataset(cut(this.x), this.y && cut(this.y), stop - start)
  }

  /** The examples at positions `start` to `stop` of an order (default: as they are), and their targets. */
  batch(start: number, stop: number, order?: Int32Array): { x: Tensor; y: Tensor | null } {
    return { x: takeRows(this.x, start, stop, order), y: this.y && takeRows(this.y, start, stop, order) }
  }

  /** The shape of one example. */
  get exampleShape(): Shape {
    return this.x.shape
  }

  /** The shape of one example's target. */
  get targetShape(): Shape {
    return this.y?.shape ?? []
  }

  /** The numbers of the targets, example after example. */
  get targetValues(): TypedArray {
    return this.y?.values ?? new Float32Array()
  }

  /**
   * Looks for targets that the loss cannot take.
   * @param classes how many classes the model tells apart, if that is known
   */
  checkTargets(op: string, kind: TargetKind, classes = Number.POSITIVE_INFINITY): void {
    if (this.y) checkTargets(op, kind, this.y.values, this.y.shape, classes)
  }

  /** A random order of the examples. */
  order(random: Generator): Int32Array {
    return random.permutation(this.size)
  }
}

/** How each operation that takes data is called. */
const calls = {
  fit: 'fit(x, y, options)',
  'fit (validationData)': 'validationData: [x, y]',
  evaluate: 'evaluate(x, y)',
  trainOnBatch: 'trainOnBatch(x, y)',
  predict: 'predict(x)',
}
type DataOp = keyof typeof calls

/**
 * What was given as `x` or `y`, as a tensor.
 * @throws OptionError when it is missing, or is an object that is not data
 */
export function toData(op: DataOp, name: 'x' | 'y', data: TensorLike): Tensor {
  checkData(op, name, data)
  return toTensor(data)
}

/** @throws OptionError for what is missing, for options in the place of data, and for promises; `y` is what follows `x` */
function checkData(op: DataOp, name: 'x' | 'y', data: unknown, y?: unknown): void {
  if (data instanceof Tensor || isData(data)) return
  const after = `Write ${calls[op]}, with one entry per example.`
  const isEmpty = data === undefined || data === null
  if (isEmpty) throw new OptionError(`${op}: ${name} is missing, received ${String(data)}. ${after}`)
  if (isPromise(data)) throw new OptionError(`${op}: ${name} is a promise. Await it first: const data = await promise.`)
  if (name === 'y') throw new OptionError(`${op}: y is missing, received ${received(data)} in its place. ${after}`)
  const also = y === undefined && op !== 'predict' ? ', and y is missing' : ''
  throw new OptionError(`${op}: x is ${received(data)}${also}. ${after}`)
}

/** Whether it may be numbers: the rest is found when they are read. */
function isData(data: unknown): boolean {
  if (typeof data === 'function') return false
  return typeof data !== 'object'
    ? data !== undefined
    : Array.isArray(data) || ArrayBuffer.isView(data) || foreign(data) !== null
}

function toColumn(op: string, name: string, data: TensorLike): Column {
  const tensor = toTensor(data)
  if (tensor.rank === 0) {
    throw new ShapeError(`${op}: ${name} is a single number. Give an array with one entry per example.`)
  }
  if (tensor.size === 0) {
    throw new ShapeError(
      `${op}: ${name} has shape ${formatShape(tensor.shape)}, which is empty. Give at least one example.`,
    )
  }
  const shape = tensor.shape.slice(1)
  const values = tensor.dataSync()
  checkFinite(op, name, values, sizeOf(shape))
  return { values, dtype: tensor.dtype, shape, width: sizeOf(shape) }
}

function checkFinite(op: string, name: string, values: TypedArray, width: number): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new DTypeError(
        `${op}: ${name} contains ${values[i]} in example ${Math.floor(i / width)}, element ${i % width}. Remove or replace such values first.`,
      )
    }
  }
}

function takeRows({ values, dtype, shape, width }: Column, start: number, stop: number, order?: Int32Array): Tensor {
  const rows = [stop - start, ...shape]
  if (!order) return wrap('batch', values.slice(start * width, stop * width), dtype, rows)
  const out = new (values.constructor as Float32ArrayConstructor)((stop - start) * width)
  for (let i = start; i < stop; i++) {
    const from = order[i] * width
    if (width === 1) out[i - start] = values[from]
    else out.set((values as Float32Array).subarray(from, from + width), (i - start) * width)
  }
  return wrap('batch', out, dtype, rows)
}

/** Waits until the numbers of these tensors can be read at once. Other data is there already. */
export async function arrived(data: readonly unknown[]): Promise<void> {
  await Promise.all(data.map((x) => x instanceof Tensor && x.data()))
}
