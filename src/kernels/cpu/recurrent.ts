/**
 * Recurrences on the CPU: every step is a product with the kernel and one pass of a program over the gates. The whole sequence is one call:
 * kernels work on addresses, and nothing is allocated between the steps.
 */
import type { DataBuffer, DType, RecurrentGradients, RecurrentSize, RecurrentStates } from '../backend.js'
import type { Program } from '../formula/ast.js'
import { cacheOf } from './elementwise/kernel-cache.js'
import { multiplyAt } from './matmul/matmul.js'
import { heap } from './memory/heap.js'
import { begin, pointer, reserve, result } from './memory/memory.js'
import { bytes } from './wasm/dtypes.js'

/** The address of what a name of a program stands for in step t. */
type Place = (t: number) => number

/** A kernel of a program for arrays of `size` numbers, whose arrays are at places that depend on the step. */
function stepKernel(program: Program, dtype: DType, size: number, places: Readonly<Record<string, Place>>) {
  const operand = { buffer: { dtype, size }, shape: [size] }
  const inputs = program.inputs.map(() => operand)
  const dtypes = program.outputs.map(() => dtype)
  const { run } = cacheOf(program).flat(inputs, size, dtypes)
  const order = [...program.outputs, ...program.inputs].map((name) => places[name])
  const args = [size, ...order.map(() => 0)]
  return (t: number) => {
    for (let i = 0; i < order.length; i++) args[i + 1] = order[i](t)
    run(...args)
  }
}

/** The places of gates, one behind the other in each step: `x0`, `x1`, …. */
function gatePlaces(letter: string, start: number, gates: number, gate: number): Record<string, Place> {
  const place =
    (i: number): Place =>
    (t) =>
      start + (t * gates + i) * gate
  return Object.fromEntries(Array.from({ length: gates }, (_, i) => [`${letter}${i}`, place(i)]))
}

/** See `Backend.recurrent`. */
export function recurrent(
  program: Program,
  x: DataBuffer,
  kernel: DataBuffer,
  initial: readonly DataBuffer[],
  size: RecurrentSize,
  mask?: DataBuffer,
): RecurrentStates {
  const { steps, gates, units, rows, batch } = size
  const { dtype } = x
  const n = units * batch
  const width = bytes[dtype]
  begin()
  const [xStart, kernelStart] = [pointer(x), pointer(kernel)]
  const starts = initial.map(pointer)
  const maskStart = mask ? pointer(mask) : 0
  const products = reserve(dtype, steps * gates * n)
  const heights = [rows, ...initial.slice(1).map(() => units)].map((height) => height * batch)
  const states = heights.map((height) => reserve(dtype, (steps + 1) * height))
  const at = (i: number, t: number) => states[i] + t * heights[i] * width
  const numbers = heap(dtype)
  if (rows > units) numbers.fill(1, states[0] / width, at(0, steps + 1) / width)
  for (const [i, start] of starts.entries()) numbers.copyWithin(at(i, 0) / width, start / width, start / width + n)
  const places = {
    ...gatePlaces('x', xStart, gates, n * width),
    ...gatePlaces('u', products, gates, n * width),
    ...{ h: (t: number) => at(0, t), s: (t: number) => at(1, t) },
    m: (t: number) => maskStart + t * n * width,
    ...{ h1: (t: number) => at(0, t + 1), s1: (t: number) => at(1, t + 1) },
  }
  const step = stepKernel(program, dtype, n, places)
  const shape = {
    m: gates * units,
    n: batch,
    k: rows,
    transposeA: true,
    transposeB: false,
    batch: 1,
    aStep: 0,
    bStep: 0,
  }
  for (let t = 0; t < steps; t++) {
    multiplyAt(dtype, shape, kernelStart, at(0, t), products + t * gates * n * width)
    step(t)
  }
  return {
    products: result(products, dtype, steps * gates * n),
    states: states.map((start, i) => result(start, dtype, (steps + 1) * heights[i])),
  }
}

/** See `Backend.recurrentGradient`. */
export function recurrentGradient(
  program: Program,
  g: DataBuffer,
  last: readonly DataBuffer[],
  x: DataBuffer,
  kernel: DataBuffer,
  saved: RecurrentStates,
  size: RecurrentSize,
  mask?: DataBuffer,
): RecurrentGradients {
  const { steps, gates, units, rows, batch } = size
  const { dtype } = x
  const n = units * batch
  const width = bytes[dtype]
  begin()
  const [gStart, xStart, kernelStart, products] = [g, x, kernel, saved.products].map(pointer)
  const states = saved.states.map(pointer)
  const lastStarts = last.map(pointer)
  const maskStart = mask ? pointer(mask) : 0
  const ofProducts = reserve(dtype, steps * gates * n)
  const isShared = !program.outputs.includes('e0')
  const ofX = isShared ? ofProducts : reserve(dtype, steps * gates * n)
  const back = reserve(dtype, rows * batch)
  // What a step passes back directly to the states before it, at one of two places by turns
  const direct = saved.states.map(() => reserve(dtype, 2 * n))
  const numbers = heap(dtype)
  numbers.fill(0, back / width, back / width + rows * batch)
  const turn = (i: number, t: number) => direct[i] + (t & 1) * n * width
  numbers.fill(0, turn(0, steps) / width, turn(0, steps) / width + n)
  for (const [i, start] of lastStarts.entries())
    numbers.copyWithin(turn(i + 1, steps) / width, start / width, start / width + n)
  const places = {
    ...gatePlaces('x', xStart, gates, n * width),
    ...gatePlaces('u', products, gates, n * width),
    ...gatePlaces('d', ofProducts, gates, n * width),
    ...gatePlaces('e', ofX, gates, n * width),
    ...{ h: (t: number) => states[0] + t * rows * batch * width, s: (t: number) => states[1] + t * n * width },
    m: (t: number) => maskStart + t * n * width,
    ...{ gy: (t: number) => gStart + t * n * width, gu: () => back },
    ...{ gh: (t: number) => turn(0, t + 1), gs: (t: number) => turn(1, t + 1) },
    ...{ dh: (t: number) => turn(0, t), ds: (t: number) => turn(1, t) },
  }
  const step = stepKernel(program, dtype, n, places)
  const shape = {
    m: rows,
    n: batch,
    k: gates * units,
    transposeA: false,
    transposeB: false,
    batch: 1,
    aStep: 0,
    bStep: 0,
  }
  for (let t = steps - 1; t >= 0; t--) {
    step(t)
    multiplyAt(dtype, shape, kernelStart, ofProducts + t * gates * n * width, back)
  }
  const first = program.outputs.includes('dh') ? numbersAdded(dtype, turn(0, 0), back, n) : back
  return {
    products: result(ofProducts, dtype, steps * gates * n),
    x: result(ofX, dtype, steps * gates * n),
    states: saved.states.map((_, i) => result(i === 0 ? first : turn(i, 0), dtype, n)),
  }
}

function numbersAdded(dtype: DType, a: number, b: number, n: number): number {
  const numbers = heap(dtype)
  const width = bytes[dtype]
  for (let i = 0; i < n; i++) numbers[a / width + i] += numbers[b / width + i]
  return a
}
