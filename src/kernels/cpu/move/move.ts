/**
 * Moving numbers on the CPU: reading and writing strided views, picking and adding rows. A view is first brought into its
 * simplest form: axes of size 1 go, neighbouring axes that one stride can walk become one, and the axis that is contiguous in
 * memory comes next to last, so that `move-kernel.ts` meets contiguous runs and transposes of planes.
 */
import type { DataBuffer, DType, Shape, View } from '../../backend.js'
import { sizeOf } from '../../sizes.js'
import { mergedList, stridesOf } from '../../strides.js'
import { begin, newArray, ordinary, pointer, reserve, result } from '../memory/memory.js'
import { bytes as bytesOf } from '../wasm/dtypes.js'
import { instantiate } from '../wasm/module.js'
import { type Bytes, moveModule } from './move-kernel.js'
import { scatterModule } from './scatter-kernel.js'

/** Copies a plane of numbers; strides are bytes. */
export type Plane = (
  from: number,
  to: number,
  rows: number,
  columns: number,
  fromRow: number,
  fromColumn: number,
  toRow: number,
  toColumn: number,
) => void

interface MoveKernels {
  readonly plane: Plane
  walk(from: number, to: number, dims: number, axes: number): void
  fill(from: number, to: number, bytes: number): void
  gather(
    x: number,
    indices: number,
    count: number,
    out: number,
    outer: number,
    blockBytes: number,
    rowBytes: number,
  ): void
}

type ScatterAdd = (
  updates: number,
  indices: number,
  count: number,
  out: number,
  outer: number,
  block: number,
  row: number,
) => void

const moveKernels: Partial<Record<Bytes, MoveKernels>> = {}
const scatterKernels: Partial<Record<DType, ScatterAdd>> = {}

function kernelsFor(bytes: Bytes): MoveKernels {
  moveKernels[bytes] ??= instantiate<MoveKernels>(moveModule(bytes))
  return moveKernels[bytes]
}

/** The kernel that copies planes of numbers of this many bytes. */
export const planeOf = (bytes: Bytes): Plane => kernelsFor(bytes).plane

function scatterFor(dtype: DType): ScatterAdd {
  scatterKernels[dtype] ??= instantiate<{ scatterAdd: ScatterAdd }>(scatterModule(dtype)).scatterAdd
  return scatterKernels[dtype]
}

/** Reads x through a view (stride 0 repeats, negative strides flip), densely. */
export function copy(x: DataBuffer, view: View): DataBuffer {
  const size = sizeOf(view.shape)
  begin()
  const from = size > 0 ? pointer(x) : 0
  const out = reserve(x.dtype, size)
  if (size > 0) copyView(x.dtype, from, view, out)
  return result(out, x.dtype, size)
}

/** Reads the numbers at the address `from` through a view to the address `to`. */
function copyView(dtype: DType, from: number, view: View, to: number): void {
  move(bytesOf[dtype], view.shape, from + view.offset * bytesOf[dtype], view.strides, to, stridesOf(view.shape))
}

/** A buffer of `size` numbers equal to `fill`, with each piece (dense) written to its view. The views do not overlap. */
export function place(
  pieces: readonly { x: DataBuffer; view: View }[],
  dtype: DType,
  size: number,
  fill: number,
): DataBuffer {
  const bytes = bytesOf[dtype]
  begin()
  let rest = size
  for (let i = 0; i < pieces.length; i++) rest -= pieces[i].x.size
  const pattern = rest > 0 ? pointer(scalar(dtype, fill)) : 0
  const out = reserve(dtype, size)
  if (rest > 0) kernelsFor(bytes).fill(pattern, out, size * bytes)
  for (let i = 0; i < pieces.length; i++) {
    const { x, view } = pieces[i]
    if (x.size === 0) continue
    move(bytes, view.shape, pointer(x), stridesOf(view.shape), out + view.offset * bytes, view.strides)
  }
  return result(out, dtype, size)
}

/** [outer, axis, inner] and int32 indices in 0 … axis − 1 → [outer, indices.size, inner]. */
export function gather(x: DataBuffer, indices: DataBuffer, outer: number, axis: number, inner: number): DataBuffer {
  const row = inner * bytesOf[x.dtype]
  const size = outer * indices.size * inner
  begin()
  const from = pointer(x)
  const at = pointer(indices)
  const out = reserve(x.dtype, size)
  if (size > 0) kernelsFor(bytesOf[x.dtype]).gather(from, at, indices.size, out, outer, axis * row, row)
  return result(out, x.dtype, size)
}

/**
 * The transpose of gather: zeros [outer, axis, inner] plus updates [outer, indices.size, inner] at the indices, duplicates
 * added in order. Int32 wraps around; a sum of bools is true where one of them is.
 */
export function scatterAdd(
  updates: DataBuffer,
  indices: DataBuffer,
  outer: number,
  axis: number,
  inner: number,
): DataBuffer {
  const { dtype } = updates
  const row = inner * bytesOf[dtype]
  const size = outer * axis * inner
  begin()
  const from = pointer(updates)
  const at = pointer(indices)
  const out = reserve(dtype, size)
  scatterFor(dtype)(from, at, indices.size, out, outer, axis * row, row)
  return result(out, dtype, size)
}

function scalar(dtype: DType, value: number): DataBuffer {
  const array = newArray(dtype, 1)
  array[0] = value
  return ordinary(array, dtype)
}

/** Copies numbers between two strided views of one shape (not empty); strides are in numbers, `from` and `to` in bytes. */
function move(
  bytes: Bytes,
  shape: Shape,
  from: number,
  fromStrides: readonly number[],
  to: number,
  toStrides: readonly number[],
): void {
  const dims = fewestAxes(bytes, shape, fromStrides, toStrides)
  if (dims.length === 6) {
    kernelsFor(bytes).plane(from, to, dims[0], dims[3], dims[1], dims[4], dims[2], dims[5])
  } else {
    kernelsFor(bytes).walk(from, to, pointer(ordinary(new Int32Array(dims), 'int32')), dims.length / 3)
  }
}

/** The fewest (at least two) axes that walk both views, as size, from stride and to stride in bytes of each, outermost first. */
function fewestAxes(
  bytes: Bytes,
  shape: Shape,
  fromStrides: readonly number[],
  toStrides: readonly number[],
): number[] {
  const dims = mergedList(shape, [fromStrides, toStrides])
  for (let i = 0; i < dims.length; i += 3) {
    dims[i + 1] *= bytes
    dims[i + 2] *= bytes
  }
  while (dims.length < 6) dims.unshift(1, 0, 0)
  if (dims.length > 6) pairContiguous(dims, bytes)
  return dims
}

/** Moves the axis along which the source is contiguous next to the last, unless the last is it. */
function pairContiguous(dims: number[], bytes: Bytes): void {
  if (dims[dims.length - 2] === bytes) return
  for (let i = 0; i < dims.length - 6; i += 3) {
    if (dims[i + 1] === bytes) return void dims.splice(dims.length - 6, 0, ...dims.splice(i, 3))
  }
}
