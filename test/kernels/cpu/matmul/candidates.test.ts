/** Candidates for the inner loop: each gives the same bits, however a product is cut into tiles and parts. */
import test from 'ava'
import type { DType, MatmulSize } from '../../../../src/kernels/backend.js'
import { cpu } from '../../../../src/kernels/cpu/cpu.js'
import { multiplyRange, prepare } from '../../../../src/kernels/cpu/matmul/cache-blocks.js'
import { type Candidate, candidateFor, candidates } from '../../../../src/kernels/cpu/matmul/candidates.js'
import { kernelsOf } from '../../../../src/kernels/cpu/matmul/matmul.js'
import { multiplyInParts } from '../../../../src/kernels/cpu/matmul/matmul-threads.js'
import {
  begin,
  newArray,
  ordinary,
  pointer,
  reserve,
  result,
  values,
} from '../../../../src/kernels/cpu/memory/memory.js'
import { hasFma } from '../../../../src/kernels/cpu/wasm/module.js'

type Float = 'float32' | 'float64'

/** Numbers whose sums are rounded, so that another order shows. */
function numbers(dtype: DType, size: number, seed: number) {
  const array = newArray(dtype, size)
  for (let i = 0; i < size; i++) array[i] = Math.sin(seed + i * i)
  return ordinary(array, dtype)
}

const batch = { batch: 1, aStep: 0, bStep: 0 }

/** The product, with tiles of the candidate, in so many parts. */
function product(dtype: Float, candidate: Candidate, size: MatmulSize, parts: number) {
  begin()
  const a = pointer(numbers(dtype, size.m * size.k, 1))
  const b = pointer(numbers(dtype, size.k * size.n, 2))
  const c = reserve(dtype, size.m * size.n)
  const call = { kernels: kernelsFor(dtype, candidate), size, a, b, c, bias: 0, relu: 0 }
  if (parts > 1) multiplyInParts(call, parts)
  else multiplyRange(prepare(call), a, b, c, 0, 1)
  return values(result(c, dtype, size.m * size.n))
}

/** What other processors may want: taller tiles, also ones that a copied panel has no room for, and turns of other lengths. */
const others: readonly Candidate[] = [
  { name: 'taller', fused: true, rows: 8, steps: 3, apart: false },
  { name: 'tallest', fused: true, rows: 10, steps: 1, apart: true },
  { name: 'taller', fused: false, rows: 9, steps: 5, apart: true },
]

const made = new Map<string, ReturnType<typeof kernelsOf>>()

function kernelsFor(dtype: Float, candidate: Candidate) {
  const key = `${dtype} ${JSON.stringify(candidate)}`
  if (!made.has(key)) made.set(key, kernelsOf(dtype, candidate))
  return made.get(key)!
}

const shapes = [
  [5, 9, 1],
  [31, 47, 29],
  [65, 33, 130],
  [25, 700, 41],
  [50, 24, 1030],
]

for (const dtype of ['float32', 'float64'] as const)
  for (const fused of [false, true])
    test(`products of ${dtype} ${fused ? 'with' : 'without'} fused multiply-add have the same bits with every candidate and number of parts`, (t) => {
      if (fused && !hasFma) return void t.pass('this engine cannot')
      const fitting = [...candidates, ...others].filter((one) => one.fused === fused)
      for (const [m, n, k] of shapes)
        for (const transposeA of [false, true])
          for (const transposeB of [false, true]) {
            const size = { ...batch, m, n, k, transposeA, transposeB }
            const wanted = product(dtype, fitting[0], size, 1)
            for (const candidate of fitting)
              for (const parts of [1, 2, 3])
                t.deepEqual(product(dtype, candidate, size, parts), wanted, `${candidate.name} ${JSON.stringify(size)}`)
          }
    })

test('candidates have names of their own, and there is one for every engine', (t) => {
  t.is(new Set(candidates.map(({ name, fused }) => `${name} ${fused}`)).size, candidates.length)
  for (const fused of [false, true]) t.is(candidateFor(fused).fused, fused)
})

test('the back end names the candidate', (t) => {
  t.true(cpu.detail.includes(`, ${candidateFor(hasFma).name} tiles, `))
})
