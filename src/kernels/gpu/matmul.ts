/**
 * Matrix products on the GPU: every element of the result sums its own products.
 */
import type { DataBuffer, MatmulEpilogue, MatmulSize } from '../backend.js'
import type { Buffers } from './buffers.js'
import { kernelSource } from './kernel-source.js'

/** See `Backend.matmul`. */
export function matmul(
  buffers: Buffers,
  a: DataBuffer,
  b: DataBuffer,
  { m, n, k, transposeA, transposeB, batch, aStep, bStep }: MatmulSize,
  { bias, relu = false }: MatmulEpilogue = {},
): DataBuffer {
  // Where A's row starts and how far apart its elements are, and the same for B's columns
  const [aRow, aNext] = transposeA ? [1, m] : [k, 1]
  const [bColumn, bNext] = transposeB ? [k, 1] : [1, n]
  const source = bias ? (relu ? withBiasAndRelu : withBias) : relu ? withRelu : plain
  const scalars = [m, n, k, aStep, bStep, aRow, aNext, bColumn, bNext]
  return buffers.compute(source, batch * m * n, bias ? [a, b, bias] : [a, b], scalars, 'float32')
}

/** Eight products at a time: fewer steps of the loop, and reads that can overlap. */
const eight = Array.from({ length: 8 }, (_, j) => `a0[p + ${j} * aNext] * a1[q + ${j} * bNext]`).join(' + ')

const plain = product(2, 'sum')
const withRelu = product(2, 'sum <= 0 ? 0 : sum')
const withBias = product(3, 'sum + a2[column]')
const withBiasAndRelu = product(3, 'sum + a2[column] <= 0 ? 0 : sum + a2[column]')

function product(arrays: number, result: string) {
  const scalars = ['m', 'n', 'k', 'aStep', 'bStep', 'aRow', 'aNext', 'bColumn', 'bNext']
  const body = `
    const flatRow = quotient(i, n);
    const column = i - flatRow * n;
    const batch = quotient(flatRow, m);
    const row = flatRow - batch * m;
    let p = batch * aStep + row * aRow;
    let q = batch * bStep + column * bColumn;
    let sum = 0;
    const rounds = Math.floor(k / 8);
    for (let j = 0; j < rounds; j++) {
      sum = sum + ${eight};
      p = p + 8 * aNext;
      q = q + 8 * bNext;
    }
    const rest = k - 8 * rounds;
    for (let r = 0; r < rest; r++) {
      sum = sum + a0[p] * a1[q];
      p = p + aNext;
      q = q + bNext;
    }
    return ${result};`
  return kernelSource(arrays, scalars, body)
}
