/**
 * Columns of a tensor [count, …], for what learns a number for each: scalers and imputers.
 */
import { OptionError, ShapeError } from '../../errors.js'
import type { Shape } from '../../kernels/backend.js'
import { type TensorLike, toTensorBeside, wrap } from '../../tensor/creation.js'
import { isFloat } from '../../tensor/dtype.js'
import { naturalDType, newValues } from '../../tensor/nested-arrays.js'
import { formatShape, sizeOf } from '../../tensor/shape.js'
import { Tensor } from '../../tensor/tensor.js'

/**
 * The columns of a tensor as arrays, without what is NaN.
 * @throws ShapeError when it has no examples; OptionError for a column without numbers
 */
export function columnsOf(op: string, x: TensorLike): { columns: number[][]; features: Shape } {
  const t = toTensorBeside('float64', x)
  const [count, ...features] = t.shape
  if (t.rank === 0 || count === 0)
    throw new ShapeError(`${op}: x has shape ${formatShape(t.shape)}, without examples. Pass [count, columns].`)
  const [values, width] = [t.dataSync(), sizeOf(features)]
  const columns = Array.from({ length: width }, () => [] as number[])
  values.forEach((v, i) => {
    if (!Number.isNaN(v)) columns[i % width].push(v)
  })
  const empty = columns.findIndex(({ length }) => length === 0)
  if (empty >= 0) throw new OptionError(`${op}: column ${empty} has no numbers, only NaN. Leave it out.`)
  return { columns, features }
}

/**
 * A new tensor of `f` of each number and the index of its column, computed in float64.
 * @throws ShapeError when x does not have these columns
 */
export function mapColumns(
  op: string,
  x: TensorLike,
  features: Shape,
  f: (value: number, column: number) => number,
): Tensor {
  const t = toTensorBeside('float64', x)
  checkFeatures(op, t, features)
  const [values, width] = [t.dataSync(), sizeOf(features)]
  const own = x instanceof Tensor ? x.dtype : naturalDType(x)
  const dtype = isFloat(own) ? own : 'float32'
  const made = newValues(op, dtype, values.length)
  for (let i = 0; i < made.length; i++) made[i] = f(values[i], i % width)
  return wrap(op, made, dtype, t.shape)
}

function checkFeatures(op: string, { shape }: Tensor, features: Shape): void {
  if (shape.length === features.length + 1 && features.every((size, axis) => size === shape[axis + 1])) return
  throw new ShapeError(
    `${op}: x has shape ${formatShape(shape)}, what was learned is for examples of shape ${formatShape(features)}. Pass the same columns.`,
  )
}
