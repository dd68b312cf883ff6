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
export class TrainingData {
  private constructor(
    private readonly x: readonly Column[],
    private readonly y: readonly Column[] | null,
    private readonly several: { readonly x: boolean; readonly y: boolean },
    readonly size: number,
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

  /** Examples `start` to `stop`, not included. */
  part(start: number, stop: number): TrainingData {
    const cut = (c: Column): Column => ({ ...c, values: c.values.subarray(start * c.width, stop * c.width) })
    return new TrainingData(this.x.map(cut), this.y?.map(cut) ?? null, this.several, stop - start)
  }

  /** The examples at positions `start` to `stop` of an order (default: as they are), and their targets. */
  batch(start: number, stop: number, order?: Int32Array): { x: Tensors; y: Tensors | null } {
    const take = (columns: readonly Column[], several: boolean) =>
      several ? columns.map((c) => takeRows(c, start, stop, order)) : takeRows(columns[0], start, stop, order)
    return { x: take(this.x, this.several.x), y: this.y && take(this.y, this.several.y) }
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
  const out = new (values.constructor as Float32ArrayConstructor)((stop - start) * width)
  for (let i = start; i < stop; i++) {
    const from = order[i] * width
    if (width === 1) out[i - start] = values[from]
    else out.set((values as Float32Array).subarray(from, from + width), (i - start) * width)
  }
  return wrap('batch', out, dtype, rows)
}
