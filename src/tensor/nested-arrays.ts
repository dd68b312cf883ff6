/**
 * Between nested arrays, as people write them, and the flat typed arrays that tensors hold.
 */
import { BackendError, DTypeError, ShapeError } from '../errors.js'
import type { DType, Shape, TypedArray } from '../kernels/backend.js'
import { typedArrayName } from '../kernels/typed-arrays.js'
import { isFloat } from './dtype.js'
import { foreign, partsOf } from './foreign.js'
import { checkSize, formatShape, sizeOf } from './shape.js'

/** Numbers nested as the axes are: `number[][]` for a matrix; a plain number for a scalar. Bools are `true` and `false`. */
export type NestedArray = number | boolean | NestedArray[]

/** A typed array of numbers, as a canvas or a file gives it. */
export type NumericArray = TypedArray | Int8Array | Uint8ClampedArray | Int16Array | Uint16Array | Uint32Array

/** Values that can be read as numbers with a shape: nested arrays of equal lengths, also read-only ones; their rows may be typed arrays. */
export type NestedNumbers = number | boolean | NumericArray | readonly NestedNumbers[]

type List = readonly unknown[] | NumericArray

/** The typed array of each dtype. */
export const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const

/** Deeper than any array of numbers. */
const deepest = 64

/**
 * A zeroed array.
 * @throws BackendError when it is larger than JavaScript allows
 */
export function newValues(op: string, dtype: DType, size: number): TypedArray {
  checkSize(op, dtype, size)
  try {
    return new arrays[dtype](size)
  } catch {
    throw new BackendError(`${op}: not enough memory for ${size} numbers of ${dtype}. Process the data in parts.`)
  }
}

/** The shape of nested arrays, read from their first elements. */
export function nestedShape(op: string, data: unknown): number[] {
  const shape: number[] = []
  for (let x = data; isList(x); x = x[0]) {
    shape.push(x.length)
    if (shape.length > deepest) {
      throw new ShapeError(`${op}: the data is nested more than ${deepest} levels deep. Does an array contain itself?`)
    }
  }
  return shape
}

/** The typed arrays that determine a dtype. */
const dtypeOfArray = { Float32Array: 'float32', Float64Array: 'float64', Int32Array: 'int32' } as const

/**
 * The dtype that the data comes with: that of a typed array or of a tensor from elsewhere, bool for booleans alone; null for numbers and all other arrays, which
 * take the dtype of the tensors next to them.
 */
export function ownDType(data: unknown): DType | null {
  let row: unknown
  let x = data
  for (let depth = 0; isList(x) && depth <= deepest; depth++) {
    row = x
    x = x[0]
  }
  const name = typedArrayName(row)
  if (name !== undefined && Object.hasOwn(dtypeOfArray, name)) return dtypeOfArray[name as keyof typeof dtypeOfArray]
  if (typeof x === 'boolean') return everyLeaf(data, (leaf) => typeof leaf === 'boolean') ? 'bool' : null
  return partsOf(data)?.dtype ?? null
}

/** The dtype of data that stands alone: its own one, otherwise float32. */
export function naturalDType(data: unknown): DType {
  return ownDType(data) ?? 'float32'
}

/**
 * The dtype of data next to a tensor of `dtype`: its own dtype, otherwise the tensor's if that can hold it. Next to bool, whole numbers are
 * int32; numbers that int32 cannot hold are float32.
 */
export function dtypeBeside(data: unknown, dtype: DType): DType {
  const own = ownDType(data)
  if (own || isFloat(dtype)) return own ?? dtype
  return everyLeaf(data, (leaf) => (typeof leaf === 'number' ? (leaf | 0) === leaf : typeof leaf === 'boolean'))
    ? 'int32'
    : 'float32'
}

function everyLeaf(x: unknown, holds: (leaf: unknown) => boolean, depth = 0): boolean {
  if (!isList(x)) return holds(x)
  return depth <= deepest && (x as unknown[]).every((item) => everyLeaf(item, holds, depth + 1))
}

/**
 * The numbers of nested arrays, one after the other. Every element is checked: what is not a number is an error, not a NaN.
 * @throws ShapeError when rows differ in length; DTypeError when an element is not a number, or the dtype cannot hold it
 */
export function flatten(op: string, data: unknown, dtype: DType): { values: TypedArray; shape: Shape } {
  const shape = nestedShape(op, data)
  const values = newValues(op, dtype, sizeOf(shape))
  const known = foreign(data)
  if (known)
    throw new DTypeError(
      `${op}: received ${known}, not numbers. Pass numbers, arrays or tensors of this copy of nabla.`,
    )
  if (shape.length === 0) values[0] = convert(op, data, 0, dtype)
  else fill(op, data as List, shape, 0, values, 0, dtype)
  return { values, shape }
}

/** Writes a list whose lengths are those of `shape` from `axis` on; returns where the next one goes. */
function fill(op: string, list: List, shape: Shape, axis: number, to: TypedArray, start: number, dtype: DType): number {
  if (axis === shape.length - 1) return fillRow(op, list, to, start, dtype)
  let at = start
  for (let i = 0; i < list.length; i++) {
    const row = list[i]
    if (!isList(row) || row.length !== shape[axis + 1]) throw ragged(op, list, i)
    at = fill(op, row, shape, axis + 1, to, at, dtype)
  }
  return at
}

function fillRow(op: string, row: List, to: TypedArray, start: number, dtype: DType): number {
  const isPlain = dtype === 'float32' || dtype === 'float64'
  if (isPlain && ArrayBuffer.isView(row)) {
    to.set(row, start)
    return start + row.length
  }
  for (let i = 0; i < row.length; i++) {
    const x = row[i]
    if (isPlain && typeof x === 'number') to[start + i] = x
    else if (isList(x)) throw ragged(op, row, i)
    else to[start + i] = convert(op, x, start + i, dtype)
  }
  return start + row.length
}

/**
 * One number as the dtype holds it.
 * @param i which element it is, for the message
 * @throws DTypeError when it is not a number, or has a fraction or a size that int32 cannot hold
 */
export function convert(op: string, x: unknown, i: number, dtype: DType): number {
  if (typeof x !== 'number' && typeof x !== 'boolean') throw notNumber(op, x, i)
  if (dtype === 'bool') return Number(x !== 0 && x !== false)
  const value = Number(x)
  if (dtype === 'int32' && (value | 0) !== value) {
    throw new DTypeError(`${op}: element ${i} is ${x}, which int32 cannot hold. Use float32, or round it.`)
  }
  return value
}

/** Nests flat values according to the shape. */
export function nest(values: NestedArray[], shape: Shape): NestedArray[] {
  if (shape.length <= 1) return values
  const [count, ...inner] = shape
  const size = sizeOf(inner)
  return Array.from({ length: count }, (_, i) => nest(values.slice(i * size, (i + 1) * size), inner))
}

function isList(x: unknown): x is List {
  return Array.isArray(x) || isNumericArray(x)
}

/** Returns whether x is a typed array of numbers (not BigInts). */
export function isNumericArray(x: unknown): x is NumericArray {
  return typedArrayName(x) !== undefined && !isBig(x)
}

const isBig = (x: unknown) => /^Big/.test(typedArrayName(x) ?? '')

function ragged(op: string, list: List, i: number): ShapeError {
  const shapes = [0, i].map((k) => formatShape(nestedShape(op, list[k])))
  return new ShapeError(
    `${op}: ragged data, element 0 has shape ${shapes[0]}, element ${i} ${shapes[1]}. All rows must have the same length.`,
  )
}

function notNumber(op: string, x: unknown, i: number): DTypeError {
  return new DTypeError(`${op}: element ${i} is ${describe(x)}, not a number. ${hintFor(x)}`)
}

function hintFor(x: unknown): string {
  if (isBig(x) || typeof x === 'bigint') return 'Convert BigInts with Number().'
  if (x === null) return 'JSON has no NaN and no ±∞, and writes null for them. Replace it by a number.'
  return isTensor(x) || foreign(x) ? 'Join tensors with stack().' : 'Convert the data to numbers first.'
}

const isTensor = (x: unknown) => typeof (x as { dataSync?: unknown } | undefined)?.dataSync === 'function'

/** Describes any value in a few words. */
function describe(x: unknown): string {
  if (x === null || x === undefined) return String(x)
  if (typeof x === 'string') return `string ${JSON.stringify(x.slice(0, 60))}`
  if (typeof x === 'bigint') return `bigint ${x}`
  if (typeof x === 'object') return `object ${x.constructor?.name ?? ''}`.trim()
  return `${typeof x} ${String(x).slice(0, 60)}`
}
