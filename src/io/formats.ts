/**
 * The formats of numbers in safetensors files, and what nabla makes of them.
 */
import type { DType, TypedArray } from '../kernels/backend.js'

/** A format of numbers. */
export interface Format {
  /** Bytes of a number. */
  readonly bytes: number
  /** The dtype of the tensor that it becomes. */
  readonly dtype: DType
  /** Reads aligned bytes as numbers of that dtype; a number that is not an int32 becomes NaN here and an error later. */
  read(buffer: ArrayBuffer): TypedArray | Float64Array
}

const int32 = (bytes: number, values: (buffer: ArrayBuffer) => ArrayLike<number>): Format => ({
  bytes,
  dtype: 'int32',
  read: (buffer) => Int32Array.from(values(buffer)),
})

/** 64-bit and unsigned integers, which int32 may not hold: as float64, so that the reader can check them. */
const wide = (bytes: number, values: (buffer: ArrayBuffer) => ArrayLike<number | bigint>): Format => ({
  bytes,
  dtype: 'int32',
  read: (buffer) => Float64Array.from(values(buffer) as ArrayLike<number>, Number),
})

/** Every format, by the name that files use. */
export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['F64', { bytes: 8, dtype: 'float64', read: (buffer) => new Float64Array(buffer) }],
  ['F32', { bytes: 4, dtype: 'float32', read: (buffer) => new Float32Array(buffer) }],
  ['F16', { bytes: 2, dtype: 'float32', read: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToNumber) }],
  ['BF16', { bytes: 2, dtype: 'float32', read: brainFloats }],
  ['I64', wide(8, (buffer) => new BigInt64Array(buffer))],
  ['U64', wide(8, (buffer) => new BigUint64Array(buffer))],
  ['U32', wide(4, (buffer) => new Uint32Array(buffer))],
  ['I32', { bytes: 4, dtype: 'int32', read: (buffer) => new Int32Array(buffer) }],
  ['I16', int32(2, (buffer) => new Int16Array(buffer))],
  ['U16', int32(2, (buffer) => new Uint16Array(buffer))],
  ['I8', int32(1, (buffer) => new Int8Array(buffer))],
  ['U8', int32(1, (buffer) => new Uint8Array(buffer))],
  ['BOOL', { bytes: 1, dtype: 'bool', read: (buffer) => Uint8Array.from(new Uint8Array(buffer), (x) => +(x !== 0)) }],
])

/** The name of the format that a dtype is written in. */
export const formatNames = { float64: 'F64', float32: 'F32', int32: 'I32', bool: 'BOOL' } as const

/** The upper halves of float32 numbers. */
function brainFloats(buffer: ArrayBuffer): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (half) => half << 16).buffer)
}

/** A number of 16 bits: 1 of sign, 5 of exponent, 10 of fraction (IEEE 754). */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
