/**
 * From items to a batch: numbers become a vector, vectors a matrix, and pairs of things a pair of batches.
 */
import { DTypeError, ShapeError } from '../errors.js'
import type { DType, Shape, TypedArray } from '../kernels/backend.js'
import { wrap } from '../tensor/creation.js'
import { naturalDType, newValues } from '../tensor/nested-arrays.js'
import { formatShape, sameShape, sizeOf } from '../tensor/shape.js'
import { Tensor } from '../tensor/tensor.js'

/** An item that has a place in one tensor: a number, a list of numbers, a typed array, a tensor. */
export type Numeric = number | boolean | Tensor | TypedArray | readonly number[] | readonly boolean[]

/** A batch of items of type T: a tensor; for strings an array of them; for tuples and objects one of batches. */
export type Batched<T> = T extends Numeric
  ? Tensor
  : T extends string | null
    ? T[]
    : { -readonly [K in keyof T]: Batched<T[K]> }

/**
 * Makes a batch of items that are all like the first. Numbers, lists of numbers, typed arrays and tensors of one shape become a tensor
 * with one more axis in front; tuples and objects are put together part by part; anything else, such as strings, stays a list.
 * @throws ShapeError when items have different shapes, lengths or names; DTypeError when one is not a number
 */
export function collate<T>(items: readonly T[]): Batched<T> {
  const first: unknown = items[0]
  if (isNumeric(first)) return stacked(items as readonly Numeric[]) as Batched<T>
  if (typeof first !== 'object' || first === null) return items as unknown as Batched<T>
  const names = Object.keys(first)
  for (const [i, item] of items.entries()) checkParts(item, i, names)
  const parts = names.map((name) => [name, collate(items.map((item) => item[name as keyof T]))] as const)
  return (Array.isArray(first) ? parts.map(([, part]) => part) : Object.fromEntries(parts)) as Batched<T>
}

const isNumber = (x: unknown): x is number | boolean => typeof x === 'number' || typeof x === 'boolean'

function isNumeric(x: unknown): x is Numeric {
  if (isNumber(x) || x instanceof Tensor || ArrayBuffer.isView(x)) return true
  return Array.isArray(x) && x.length > 0 && x.every(isNumber)
}

function checkParts(item: unknown, i: number, names: readonly string[]): void {
  const own = typeof item === 'object' && item !== null ? Object.keys(item) : []
  if (own.length === names.length && names.every((name) => Object.hasOwn(item as object, name))) return
  throw new ShapeError(
    `Dataset.batch: item ${i} has the parts ${own.join(', ') || 'none'}, item 0 has ${names.join(', ')}. All items of a batch need the same parts.`,
  )
}

function stacked(items: readonly Numeric[]): Tensor {
  const shape = shapeOf(items[0])
  const dtype = items[0] instanceof Tensor ? items[0].dtype : naturalDType(items[0])
  const size = sizeOf(shape)
  const values = newValues('Dataset.batch', dtype, items.length * size)
  items.forEach((item, i) => {
    if (!isNumeric(item)) throw notNumeric(item, i)
    if (!sameShape(shapeOf(item), shape)) throw otherShape(shapeOf(item), i, shape)
    put(values, item, i * size, dtype)
  })
  return wrap('Dataset.batch', values, dtype, [items.length, ...shape])
}

function shapeOf(x: Numeric): Shape {
  if (x instanceof Tensor) return x.shape
  return isNumber(x) ? [] : [x.length]
}

function put(values: TypedArray, x: Numeric, start: number, dtype: DType): void {
  if (isNumber(x)) values[start] = fitting(+x, dtype)
  else if (x instanceof Tensor) values.set(x.dataSync(), start)
  else values.set(x as ArrayLike<number>, start)
}

/** @throws DTypeError for a number that a batch of bools or whole numbers would change */
function fitting(x: number, dtype: DType): number {
  if (dtype !== 'bool' || x === 0 || x === 1) return x
  throw new DTypeError(
    `Dataset.batch: ${x} is in a batch of ${dtype}, as its first item is. Map the items to one type.`,
  )
}

function notNumeric(item: unknown, i: number): DTypeError {
  return new DTypeError(
    `Dataset.batch: item ${i} is ${typeof item === 'string' ? `'${item}'` : String(item)}, item 0 is numeric. Map the items to one type, or filter them.`,
  )
}

function otherShape(shape: Shape, i: number, first: Shape): ShapeError {
  return new ShapeError(
    `Dataset.batch: item ${i} has shape ${formatShape(shape)}, item 0 has ${formatShape(first)}. All items of a batch need one shape; pad or cut them with map.`,
  )
}
