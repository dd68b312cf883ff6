/**
 * Reductions on the CPU. Shape and axes are first collapsed to groups that are kept and reduced in turns. The kernels reduce
 * the middle of three; where there are more groups, the last reduced one goes first.
 */
import type { DataBuffer, DType, ReduceKind, Shape } from '../../backend.js'
import { reducedType } from '../../sizes.js'
import { type AxisGroups, groupAxes } from '../../strides.js'
import { begin, pointer, reserve, result } from '../memory/memory.js'
import { type Conversions, convertModule } from '../move/convert-kernel.js'
import { place } from '../move/move.js'
import { threadsFor } from '../threads/pool.js'
import { callInRanges } from '../threads/ranges.js'
import { bytes } from '../wasm/dtypes.js'
import { instantiate } from '../wasm/module.js'
import { extremeModule } from './extreme-kernel.js'
import { columnBlock, reduceModule } from './reduce-kernel.js'
import { isWide, type KernelKind } from './reduce-kinds.js'

/** Approximate nanoseconds for each number, to decide about threads. */
const nanoseconds = 0.2

interface ReduceKernels {
  rows(x: number, out: number, outer: number, n: number, divisor: number, other?: number): void
  columns(x: number, out: number, outer: number, n: number, inner: number, divisor: number, sums: number): void
}

interface ExtremeKernels {
  rows(x: number, extremes: number, out: number, outer: number, n: number): void
  columns(x: number, extremes: number, out: number, outer: number, n: number, inner: number): void
}

const kernels: Record<DType, Partial<Record<KernelKind, ReduceKernels>>> = {
  float32: {},
  float64: {},
  int32: {},
  bool: {},
}
const extremeKernels: Partial<Record<DType, ExtremeKernels>> = {}
let conversions: Conversions | undefined

function kernelsFor(kind: KernelKind, dtype: DType): ReduceKernels {
  const ofDtype = kernels[dtype]
  ofDtype[kind] ??= instantiate<ReduceKernels>(reduceModule(kind, dtype))
  return ofDtype[kind]
}

function extremesFor(dtype: DType): ExtremeKernels {
  extremeKernels[dtype] ??= instantiate<ExtremeKernels>(extremeModule(dtype))
  return extremeKernels[dtype]
}

/**
 * Reduces over `axes` (distinct, ascending, not negative). Sums and products of int32 wrap around; bools are counted as int32;
 * `mean` gives float32, of float64 float64. NaN is the largest and the smallest number. Nothing sums to 0, multiplies to 1, has a mean of NaN.
 */
export function reduce(kind: ReduceKind, x: DataBuffer, shape: Shape, axes: readonly number[]): DataBuffer {
  const dtype = reducedType(kind, x.dtype)
  const collapsed = groupAxes(shape, axes)
  const size = collapsed.kept
  if (size === 0 || collapsed.reduced === 0) return place([], dtype, size, ofNothing(kind, dtype))
  begin()
  const from = pointer(x)
  const out = reserve(dtype, size)
  reduceNumbers(kind, x.dtype, from, out, collapsed)
  return result(out, dtype, size)
}

/** The int32 index of the first largest or smallest number along one axis; NaN counts as both. */
export function argReduce(kind: 'argMax' | 'argMin', x: DataBuffer, shape: Shape, axis: number): DataBuffer {
  const collapsed = groupAxes(shape, [axis])
  const [outer, n, inner] = collapsed.groups
  const size = collapsed.kept
  if (size === 0 || n === 0) return place([], 'int32', size, 0)
  begin()
  const from = pointer(x)
  const extremes = reserve(x.dtype, size)
  const out = reserve('int32', size)
  reduceGroups(kind === 'argMax' ? 'max' : 'min', x.dtype, from, extremes, 1, collapsed)
  if (inner === 1) extremesFor(x.dtype).rows(from, extremes, out, outer, n)
  else extremesFor(x.dtype).columns(from, extremes, out, outer, n, inner)
  return result(out, 'int32', size)
}

/** The reduction of no numbers. */
function ofNothing(kind: ReduceKind, dtype: DType): number {
  if (kind === 'mean') return Number.NaN
  if (kind === 'prod' || kind === 'all') return 1
  if (kind !== 'max' && kind !== 'min') return 0
  const sign = kind === 'max' ? -1 : 1
  if (dtype === 'bool') return sign < 0 ? 0 : 1
  if (dtype === 'int32') return sign < 0 ? -(2 ** 31) : 2 ** 31 - 1
  return sign * Number.POSITIVE_INFINITY
}

/** Reduces the numbers at `from`, converting them first where there is no kernel of this kind for their dtype. */
function reduceNumbers(kind: ReduceKind, dtype: DType, from: number, out: number, collapsed: AxisGroups): void {
  const size = collapsed.kept * collapsed.reduced
  if (kind === 'any' || kind === 'all')
    reduceGroups(kind === 'any' ? 'max' : 'min', 'bool', asBools(dtype, from, size), out, 1, collapsed)
  else if (dtype === 'bool' && kind !== 'max' && kind !== 'min')
    reduceNumbers(kind, 'int32', convert('widenBool', from, 'int32', size), out, collapsed)
  else if (kind !== 'mean') reduceGroups(kind, dtype, from, out, 1, collapsed)
  else if (dtype === 'int32') meanOfIntegers(from, out, collapsed)
  else reduceGroups('sum', dtype, from, out, collapsed.reduced, collapsed)
}

/** Reduces all groups, the last first, which puts them together, and divides the sums. */
function reduceGroups(
  kind: KernelKind,
  dtype: DType,
  from: number,
  out: number,
  divisor: number,
  { groups, kept, reduced }: AxisGroups,
): void {
  let size = kept * reduced
  while (groups.length > 3) {
    const inner = groups.pop()!
    const n = groups.pop()!
    size /= n
    const partial = reserve(dtype, size)
    reduceMiddle(kind, dtype, from, partial, size / inner, n, inner, 1)
    groups[groups.length - 1] *= inner
    from = partial
    if (kind === 'sumSquares') kind = 'sum'
  }
  reduceMiddle(kind, dtype, from, out, groups[0], groups[1], groups[2], divisor)
}

/** Reduces the middle of [outer, n, inner]. */
function reduceMiddle(
  kind: KernelKind,
  dtype: DType,
  from: number,
  out: number,
  outer: number,
  n: number,
  inner: number,
  divisor: number,
): void {
  const kernel = kernelsFor(kind, dtype)
  if (inner === 1) return void rows(kernel, dtype, from, out, outer, n, divisor)
  const sums = n > columnBlock && isWide(kind, dtype) ? reserve('float64', inner) : 0
  kernel.columns(from, out, outer, n, inner, divisor, sums)
}

/** Reduces rows of n numbers. */
function rows(kernel: ReduceKernels, dtype: DType, ...args: Parameters<ReduceKernels['rows']>): void {
  const [, , outer, n] = args
  const threads = outer > 1 ? threadsFor(outer * n * nanoseconds) : 1
  if (threads > 1) {
    const steps = [n * bytes[dtype], bytes[dtype], 0, 0, 0, 0]
    callInRanges(kernel.rows, { args: args as number[], count: 2, steps, unit: 1 }, threads)
  } else kernel.rows(...args)
}

/** Σ x · y for each of `outer` rows x of n ≥ 1 numbers, and the one row y at `vector`. All are addresses, in a call that has begun. */
export function rowsTimesVector(
  dtype: DType,
  from: number,
  vector: number,
  out: number,
  outer: number,
  n: number,
): void {
  rows(kernelsFor('sumProducts', dtype), dtype, from, out, outer, n, 1, vector)
}

/** The sum of n ≥ 1 rows of `inner` numbers, between addresses, in a call that has begun. */
export function sumRows(dtype: DType, from: number, out: number, n: number, inner: number): void {
  reduceMiddle('sum', dtype, from, out, 1, n, inner, 1)
}

function meanOfIntegers(from: number, out: number, collapsed: AxisGroups): void {
  const { kept, reduced } = collapsed
  const means = reserve('float64', kept)
  reduceGroups('sum', 'float64', convert('widenInt32', from, 'float64', kept * reduced), means, reduced, collapsed)
  conversions?.narrowFloat64(means, out, kept)
}

function asBools(dtype: DType, from: number, size: number): number {
  if (dtype === 'float32') return convert('nonzeroFloat32', from, 'bool', size)
  if (dtype === 'float64') return convert('nonzeroFloat64', from, 'bool', size)
  return dtype === 'int32' ? convert('nonzeroInt32', from, 'bool', size) : from
}

/** The address of the converted numbers, in scratch space. */
function convert(name: keyof Conversions, from: number, dtype: DType, size: number): number {
  conversions ??= instantiate<Conversions>(convertModule())
  const to = reserve(dtype, size)
  conversions[name](from, to, size)
  return to
}
