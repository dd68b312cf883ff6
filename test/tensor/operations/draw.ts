/**
 * Random inputs for the tests of the table of operations, and what a test of a row is.
 */
import { type Tensor, tensor } from '../../../src/index.js'
import { generator } from '../../../src/kernels/random.js'

/** A row that is not a formula: a function of float64 tensors that uses it, where to check it, and what it must give there. */
export interface Case {
  f: (...xs: Tensor[]) => Tensor
  inputs: Tensor[]
  want: (...xs: number[][]) => number[]
}

/** A range of inputs around 0. */
export const line: [number, number] = [-2, 2]

/** Random numbers from a range, not too close to kinks. */
export function draw(shape: number[], [low, high]: [number, number], seed: number): Tensor {
  const random = generator(seed)
  const size = shape.reduce((a, b) => a * b, 1)
  const away = (x: number) => (Math.abs(x - Math.round(2 * x) / 2) < 0.02 ? x + 0.05 : x)
  const values = Float64Array.from({ length: size }, () => away(low + (high - low) * random.uniform()))
  return tensor(values, { shape, dtype: 'float64' })
}
