/**
 * Data for training, evaluation and prediction: checked once, kept in ordinary arrays, taken in batches.
 */
import { DTypeError, ShapeError } from '../errors.js'
import type { DType, Shape, TypedArray } from '../kernels/backend.js'
import type { Tensors } from '../layers/layer.js'
import { type TensorLike, toTensor, wrap } from '../tensor/creation.js'
import { formatShape, sizeOf } from '../tensor/shape.js'
import type { Tensor } from '../tensor/tensor.js'
import { checkData, checkPair, type DataOp } from './data-arguments.js'
import { areSeveral, type OrderedData } from './named-data.js'
import { type ClassWeight, classAt, weightsByClass } from './sample-weights.js'
import { checkTargets, type TargetKind } from './targets.js'

/** One array whose first axis are the examples. */
interface Column {
  readonly values: TypedArray
  readonly dtype: DType
  /** The shape of one example, and its number of elements. */
  readonly shape: Shape
  readonly width: number
}

/** A batch of examples, their targets and their weights; a plain object, so that a workspace finds its tensors. */
export interface Batch {
  readonly x: Tensors
  readonly y: Tensors | null
  readonly weights: Tensor | null
}

/** The number of examples of a batch. */
export function sizeOfBatch({ x }: Batch): number {
  return (Array.isArray(x) ? x[0] : (x as Tensor)).shape[0]
}

/** Examples and their targets. */
export class TrainingData {
  private constructor(
    private readonly x: readonly Column[],
    private readonly y: readonly Column[] | null,
    private readonly several: { readonly x: boolean; readonly y: boolean },
    readonly size: number,
    private readonly weights: Column | null = null,
  ) {}

  /**
   * Checks examples and their targets, and copies them.
   * @throws ShapeError when x and y have different lengths, or there are no examples
   * @throws DTypeError when a number is NaN or infinite
   */
  static of(op: DataOp, x: OrderedData, y: OrderedData): TrainingData {
    checkPair(op, x, y)
    const [xs, ys] = [toColumns(op, 'x', x), toColumns(op, 'y', y)]
    const [size, targets] = [xs, ys].map(([first]) => sizeOfColumn(first))
    if (targets !== size) {
      throw new ShapeError(
        `${op}: x has ${size} examples, y ${targets}. Every example needs one target: the first axes must be equal.`,
      )
    }
    return new TrainingData(xs, ys, { x: areSeveral(x), y: areSeveral(y) }, size)
  }

  /** Examples without targets, checked and copied. */
  static inputs(op: DataOp, x: OrderedData): TrainingData {
    checkData(op, 'x', x)
    const xs = toColumns(op, 'x', x)
    return new TrainingData(xs, null, { x: areSeveral(x), y: false }, sizeOfColumn(xs[0]))
  }

  /**
   * The same data, in which each example has a weight.
   * @param sampleWeight [examples], or [examples, steps]; null for none
   * @param byClass weights of the examples by class, which are multiplied with those
   * @throws ShapeError when there is not one for each example
   */
  weighted(op: DataOp, sampleWeight: TensorLike | null | undefined, byClass?: ClassWeight | null): TrainingData {
    const own = sampleWeight == null ? null : toColumn(op, 'sampleWeight', sampleWeight)
    if (own && own.values.length / own.width !== this.size)
      throw new ShapeError(
        `${op}: x has ${this.size} examples, sampleWeight ${own.values.length / own.width}. Give one weight per example.`,
      )
    const classes = byClass && this.y ? weightsByClass(byClass, this.y[0].values, this.y[0].width) : null
    const weights = classes ? columnOf(classes, own) : own
    return new TrainingData(this.x, this.y, this.several, this.size, weights)
  }

  /** Examples `start` to `stop`, not included. */
  part(start: number, stop: number): TrainingData {
    const cut = (c: Column): Column => ({ ...c, values: c.values.subarray(start * c.width, stop * c.width) })
    const [x, y] = [this.x.map(cut), this.y?.map(cut) ?? null]
    return new TrainingData(x, y, this.several, stop - start, this.weights && cut(this.weights))
  }

  /** The examples of these indices. */
  pick(indices: Int32Array): TrainingData {
    const of = (c: Column): Column => ({ ...c, values: rowsAt(c, 0, indices.length, indices) })
    const [x, y] = [this.x.map(of), this.y?.map(of) ?? null]
    return new TrainingData(x, y, this.several, indices.length, this.weights && of(this.weights))
  }

  /** The examples at positions `start` to `stop` of an order (default: as they are), their targets and their weights. */
  batch(start: number, stop: number, order?: Int32Array): Batch {
    const take = (columns: readonly Column[], several: boolean) =>
      several ? columns.map((c) => takeRows(c, start, stop, order)) : takeRows(columns[0], start, stop, order)
    return {
      x: take(this.x, this.several.x),
      y: this.y && take(this.y, this.several.y),
      weights: this.weights && takeRows(this.weights, start, stop, order),
    }
  }

  /** The examples in their order, in batches that are made when they are needed. */
  *batches(batchSize: number): Generator<() => Batch> {
    for (let start = 0; start < this.size; start += batchSize)
      yield () => this.batch(start, Math.min(start + batchSize, this.size))
  }

  /** The shape of one example of each input. */
  get exampleShapes(): readonly Shape[] {
    return this.x.map(({ shape }) => shape)
  }

  /** The shape of one example of each target. */
  get targetShapes(): readonly Shape[] {
    return (this.y ?? []).map(({ shape }) => shape)
  }

  /** The shape of one example's target. */
  get targetShape(): Shape {
    return this.y?.[0].shape ?? []
  }

  /** The class of each example, where the targets are whole numbers or one-hot rows; else null. */
  get classes(): number[] | null {
    if (!this.y) return null
    const { values, width } = this.y[0]
    const classes = Array.from({ length: this.size }, (_, i) => classAt(values, width, i))
    return classes.some((label) => label === null) ? null : (classes as number[])
  }

  /** The numbers of the targets, example after example. */
  get targetValues(): TypedArray {
    return this.y?.[0].values ?? new Float32Array()
  }

  /**
   * Looks for targets that the loss cannot take.
   * @param classes the number of classes, if it is known
   */
  checkTargets(op: DataOp, kind: TargetKind, classes = Infinity): void {
    for (const y of this.y ?? []) checkTargets(op, kind, y.values, y.shape, classes)
  }
}

/** The number of examples. */
function sizeOfColumn({ values, width }: Column): number {
  return values.length / width
}

/** One column, or one of each input. */
function toColumns(op: DataOp, name: string, data: OrderedData): readonly Column[] {
  if (!areSeveral(data)) return [toColumn(op, name, data)]
  const columns = data.map((one, i) => toColumn(op, `${name}[${i}]`, one))
  const wrong = columns.findIndex((column) => sizeOfColumn(column) !== sizeOfColumn(columns[0]))
  if (wrong < 0) return columns
  throw new ShapeError(
    `${op}: ${name}[0] has ${sizeOfColumn(columns[0])} examples, ${name}[${wrong}] ${sizeOfColumn(columns[wrong])}. All must have as many.`,
  )
}

function toColumn(op: DataOp, name: string, data: TensorLike): Column {
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
  return wrap('batch', rowsAt({ values, width }, start, stop, order), dtype, rows)
}

/** The numbers of the rows at positions `start` to `stop` of an order. */
function rowsAt(
  { values, width }: Pick<Column, 'values' | 'width'>,
  start: number,
  stop: number,
  order: Int32Array,
): TypedArray {
  const out = new (values.constructor as Float32ArrayConstructor)((stop - start) * width)
  for (let i = start; i < stop; i++) {
    const from = order[i] * width
    if (width === 1) out[i - start] = values[from]
    else out.set((values as Float32Array).subarray(from, from + width), (i - start) * width)
  }
  return out
}

/** Weights by class, times those of the examples or their steps. */
function columnOf(classes: Float32Array, own: Column | null): Column {
  if (!own) return { values: classes, dtype: 'float32', shape: [], width: 1 }
  const values = Float32Array.from(own.values as Float32Array, (w, i) => w * classes[Math.floor(i / own.width)])
  return { ...own, dtype: 'float32', values }
}
