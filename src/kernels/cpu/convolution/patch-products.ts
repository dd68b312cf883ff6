/**
 * The three products of a convolution (its output, and the gradients of its input and of its kernel) with the inner loops of matrix
 * multiplication. The matrix of all patches never exists: some rows of it at a time are packed, used and forgotten.
 */
import type { Convolution, MatmulSize } from '../../backend.js'
import {
  copyEdge,
  edgePanel,
  type MatmulKernels,
  type Panels,
  type Product,
  prepare,
  wholePanels,
} from '../matmul/cache-blocks.js'
import { accumulate } from '../matmul/matmul-kernel.js'
import { multiplyRows, packedPanel } from '../matmul/tiles.js'
import { heap } from '../memory/heap.js'
import { reserve } from '../memory/memory.js'
import type { PatchKernels } from './patch-kernel.js'
import { patchStart, patchTable } from './patch-table.js'

/** The kernels that the products call, or record for threads. */
export interface ConvolutionKernels {
  readonly matmul: MatmulKernels
  readonly patches: PatchKernels
}

/** The operands of a convolution in memory: `image` is x or its gradient, `weights` the kernel or its gradient, `rows` y or its gradient. */
export interface Operands {
  readonly size: Convolution
  readonly image: number
  readonly weights: number
  readonly rows: number
  readonly bias: number
  /** The flag `relu`, or 0. */
  readonly relu: number
}

/** One group of filters: its own addresses. */
export interface Group extends Operands {
  readonly filters: number
  /** Numbers in a patch. */
  readonly depth: number
}

/** The operands of each group. */
export function groupsOf(operands: Operands, bytes: number): Group[] {
  const { size, image, weights, rows, bias } = operands
  const { groups, channels } = size
  const filters = size.filters / groups
  const depth = (size.window[0] * size.window[1] * channels) / groups
  return Array.from({ length: groups }, (_, i) => {
    const step = i * filters * bytes
    const own = { image: image + (i * channels * bytes) / groups, weights: weights + step, rows: rows + step }
    return { ...operands, ...own, bias: bias && bias + step, filters, depth }
  })
}

/** Most steps of k in a slice, as in matrix multiplication. */
const sliceDepth = 512

/** Bytes of the rows of patches, or of their gradients, that are there at a time. */
const blockBytes = 1 << 17

/** Rows at a time, of so many bytes: whole tiles. */
const rowsFor = (rowBytes: number) => Math.max(1, Math.floor(blockBytes / rowBytes / 12)) * 12

/** A range of k with its panels of B, packed. */
interface PackedSlice {
  readonly from: number
  readonly depth: number
  readonly whole: Panels
  readonly edge: Panels | null
}

/** B in slices of k, packed, for any number of rows; the addresses of C count from 0. */
export interface PackedWeights {
  readonly product: Product
  readonly slices: readonly PackedSlice[]
}

/** The weights as [numbers of a patch, filters], for `multiplyPatches`. */
export function packWeights(
  kernels: MatmulKernels,
  { size, weights, bias, relu, filters, depth }: Group,
): PackedWeights {
  const { bytes } = kernels
  const call = { kernels, size: sizeOf(filters, depth, false), ...noOperands, bias, relu }
  const strides = { aRow: Math.min(depth, sliceDepth) * bytes, bStep: size.filters * bytes, cRow: size.filters * bytes }
  return packSlices({ ...prepare(call, 0), ...strides }, weights)
}

/** The weights as [filters, numbers of a patch], for `addPatches`. */
export function packTransposedWeights(kernels: MatmulKernels, { size, weights, filters, depth }: Group): PackedWeights {
  const { bytes } = kernels
  const call = { kernels, size: sizeOf(depth, filters, true), ...noOperands }
  const strides = { aRow: size.filters * bytes, bColumn: size.filters * bytes }
  return packSlices({ ...prepare(call, 0), ...strides }, weights)
}

const noOperands = { a: 0, b: 0, c: 0, bias: 0, relu: 0 }

const sizeOf = (n: number, k: number, transposeB: boolean): MatmulSize => ({
  ...{ m: 0, n, k, transposeA: false, transposeB },
  ...{ batch: 1, aStep: 0, bStep: 0 },
})

function packSlices(product: Product, b: number): PackedWeights {
  const { k } = product.size
  const count = Math.ceil(k / sliceDepth)
  const slices = Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * k) / count)
    const to = Math.floor(((i + 1) * k) / count)
    return packSlice(product, b, from, to - from, i === count - 1)
  })
  return { product, slices }
}

function packSlice(product: Product, b: number, from: number, depth: number, isLast: boolean): PackedSlice {
  const { n, kernels, bStep, bias } = product
  const whole = Math.floor(n / kernels.width)
  const slice = { a: 0, b: b + from * bStep, c: 0, depth, bias: isLast ? bias : 0, flags: 0 }
  const space = (panels: number) => reserve(kernels.dtype, (panels * packedPanel(depth)) / kernels.bytes)
  // As for many rows
  const many = { ...product, m: sliceDepth }
  return {
    from,
    depth,
    whole: wholePanels({ ...many, packedB: space(whole) }, slice, 0, whole),
    edge: whole * kernels.width < n ? edgePanel({ ...many, packedB: space(1) }, slice, whole) : null,
  }
}

/** y, or the part of it from one output to another: patches · weights. */
export function multiplyPatches(
  { matmul, patches }: ConvolutionKernels,
  { size, image, rows }: Group,
  { product, slices }: PackedWeights,
  tables: readonly number[],
  from: number,
  to: number,
): void {
  const { bytes } = matmul
  const { aRow, cRow } = product
  const block = rowsFor(aRow)
  const packed = reserve(matmul.dtype, (block * aRow) / bytes)
  const p = withSpace({ ...product, kernels: matmul }, block)
  for (let row = from; row < to; row += block) {
    const count = Math.min(block, to - row)
    const { offset, i, j } = patchStart(size, row)
    slices.forEach((slice, s) => {
      patches.read(image + offset * bytes, packed, aRow, count, i, j, tables[s])
      multiplySlice({ ...p, m: count }, slice, s, slices.length, packed, rows + row * cRow)
    })
    copyEdge({ ...p, m: count }, rows + row * cRow)
  }
}

/** The gradient of x, or the part of it of some images: adds the rows of g · weightsᵀ to where their patches lie. */
export function addPatches(
  { matmul, patches }: ConvolutionKernels,
  { size, image, rows, depth }: Group,
  { product, slices }: PackedWeights,
  table: number,
  from: number,
  to: number,
): void {
  const { bytes } = matmul
  const cRow = depth * bytes
  const block = rowsFor(cRow)
  const gradients = reserve(matmul.dtype, block * depth)
  const p = withSpace({ ...product, kernels: matmul, cRow }, block)
  for (let row = from; row < to; row += block) {
    const count = Math.min(block, to - row)
    const { offset, i, j } = patchStart(size, row)
    slices.forEach((slice, s) => {
      const a = rows + row * p.aRow + slice.from * bytes
      multiplySlice({ ...p, m: count }, slice, s, slices.length, a, gradients)
    })
    copyEdge({ ...p, m: count }, gradients)
    patches.add(image + offset * bytes, gradients, cRow, count, i, j, table)
  }
}

/** The product with scratch space of its own, for so many rows. */
function withSpace(p: Product, rows: number): Product {
  const { packedA, edge } = prepare({ ...noOperands, kernels: p.kernels, size: p.size }, rows, p.kernels.width)
  return { ...p, packedA, edge }
}

/** Adds the product of one slice to C, and relu after the last. */
function multiplySlice(
  p: Product,
  { depth, whole, edge }: PackedSlice,
  index: number,
  count: number,
  a: number,
  c: number,
) {
  const flags = (index > 0 ? accumulate : 0) | (index === count - 1 ? p.relu : 0)
  const slice = { a, b: 0, c, depth, bias: 0, flags }
  if (whole.count > 0) multiplyRows(p, slice, { ...whole, c, cRow: p.cRow })
  if (edge) multiplyRows(p, slice, { ...edge, c: p.edge })
}

/** The gradient of the kernel, or of the numbers `from` to `to` of each filter: patchesᵀ · g, block after block. */
export function multiplyTransposedPatches(
  { matmul, patches }: ConvolutionKernels,
  { size, image, weights, rows, filters, depth: all }: Group,
  table: number,
  from: number,
  to: number,
): void {
  const { bytes, width } = matmul
  const [m, pixels] = [to - from, size.batch * size.output[0] * size.output[1]]
  const aStep = m * bytes
  // The same for every range, so that sums do not depend on it
  const block = Math.min(rowsFor(all * bytes), sliceDepth)
  const matrix = { m, n: filters, k: block, transposeA: true, transposeB: false, batch: 1, aStep: 0, bStep: 0 }
  const whole = Math.floor(filters / width)
  const strides = { aStep, bStep: size.filters * bytes, cRow: size.filters * bytes }
  const packedB = reserve(matmul.dtype, (Math.max(1, whole) * packedPanel(block)) / bytes)
  const p = { ...prepare({ ...noOperands, kernels: matmul, size: matrix }), ...strides, packedB }
  const packed = reserve(matmul.dtype, m * block)
  const c = weights + from * p.cRow
  for (let row = 0; row < pixels; row += block) {
    const depth = Math.min(block, pixels - row)
    const { offset, i, j } = patchStart(size, row)
    patches.read(image + offset * bytes, packed, aStep, depth, i, j, table)
    const slice = { a: packed, b: rows + row * p.bStep, c, depth, bias: 0, flags: row > 0 ? accumulate : 0 }
    if (whole > 0) multiplyRows(p, slice, wholePanels(p, slice, 0, whole))
    if (whole * width < filters) multiplyRows(p, slice, edgePanel(p, slice, whole))
  }
  copyEdge(p, c)
}

/** The tables of patches for each slice of the weights, in memory. */
export function tablesOf(
  size: Convolution,
  bytes: number,
  slices: readonly Pick<PackedSlice, 'from' | 'depth'>[],
): number[] {
  return slices.map(({ from, depth }) => {
    const table = patchTable(size, bytes, from, from + depth)
    const address = reserve('int32', table.length)
    heap('int32').set(table, address / 4)
    return address
  })
}
