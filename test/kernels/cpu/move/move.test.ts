import test from 'ava'
import type { DataBuffer, DType, Shape, View } from '../../../../src/kernels/backend.js'
import { newArray, ordinary, resident, values, within } from '../../../../src/kernels/cpu/memory/memory.js'
import { copy, gather, place, scatterAdd } from '../../../../src/kernels/cpu/move/move.js'
import { indicesOf, numbers, sizeOf, stridesOf } from '../numbers.js'

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'bool']
const random = numbers(1)

const pick = (n: number) => Math.floor(random() * n)
const filled = (dtype: DType, size: number) => {
  const array = newArray(dtype, size)
  for (let i = 0; i < size; i++)
    array[i] = dtype === 'bool' ? pick(2) : dtype === 'int32' ? pick(2000) - 1000 : random() - 0.5
  return ordinary(array, dtype)
}
const at = (view: View, index: readonly number[]) =>
  index.reduce((sum, i, axis) => sum + i * view.strides[axis], view.offset)
const reads = (x: DataBuffer, view: View) => {
  const numbers = values(x)
  return indicesOf(view.shape).map((index) => numbers[at(view, index)])
}

/** A view of a dense array of this shape: axes permuted, some flipped, cut to every second element or repeated. */
function randomView(shape: Shape): View {
  const axes = shape.map((_, axis) => axis).sort(() => random() - 0.5)
  const strides = stridesOf(shape)
  let offset = 0
  const sizes: number[] = []
  const steps: number[] = []
  for (const axis of axes) {
    const way = pick(6)
    const size = shape[axis]
    if (way === 0 && size > 0) {
      offset += (size - 1) * strides[axis]
      sizes.push(size)
      steps.push(-strides[axis])
    } else if (way === 1) {
      sizes.push(Math.ceil(size / 2))
      steps.push(2 * strides[axis])
    } else if (way === 2 && size > 0) {
      sizes.push(3)
      steps.push(0)
    } else {
      sizes.push(size)
      steps.push(strides[axis])
    }
  }
  return { shape: sizes, strides: steps, offset }
}

for (const dtype of dtypes) {
  test(`copy reads ${dtype} views of any rank, strides and order`, (t) => {
    for (let trial = 0; trial < 150; trial++) {
      const shape = Array.from({ length: pick(7) }, () => (pick(30) === 0 ? 0 : 1 + pick(pick(4) === 0 ? 9 : 4)))
      const x = filled(dtype, sizeOf(shape))
      const view = randomView(shape)
      const y = copy(x, view)
      t.is(y.dtype, dtype)
      t.deepEqual([...values(y)], reads(x, view), `${shape} → ${JSON.stringify(view)}`)
    }
  })

  test(`copy transposes ${dtype} planes with every margin`, (t) => {
    for (let rows = 1; rows < 20; rows++) {
      for (const columns of [1, 2, 3, 4, 7, 16, 17, 33]) {
        const x = filled(dtype, rows * columns)
        const view = { shape: [columns, rows], strides: [1, columns], offset: 0 }
        t.deepEqual([...values(copy(x, view))], reads(x, view))
      }
    }
  })

  test(`copy reads contiguous ${dtype} runs of every length, from any offset`, (t) => {
    const x = filled(dtype, 2000)
    for (const length of [0, ...Array.from({ length: 19 }, (_, i) => i + 1), 63, 64, 65, 127, 128, 129, 600]) {
      for (const offset of [0, 1, 3]) {
        const view = { shape: [2, length], strides: [700, 1], offset }
        t.deepEqual([...values(copy(x, view))], reads(x, view))
      }
    }
  })

  test(`place writes ${dtype} pieces into views and fills the rest`, (t) => {
    for (let trial = 0; trial < 60; trial++) {
      const [rows, columns, split] = [1 + pick(9), 2 + pick(20), 1 + pick(3)]
      const cut = Math.min(split, columns - 1)
      const left = filled(dtype, rows * cut)
      const right = filled(dtype, Math.ceil((columns - cut) / 2) * rows)
      const views = [
        { shape: [rows, cut], strides: [columns, 1], offset: 0 },
        { shape: [Math.ceil((columns - cut) / 2), rows], strides: [2, columns], offset: cut },
      ]
      const fill = trial % 2
      const expected = new Array<number>(rows * columns).fill(fill)
      ;[left, right].forEach((x, piece) => {
        indicesOf(views[piece].shape).forEach((index, i) => {
          expected[at(views[piece], index)] = values(x)[i]
        })
      })
      const pieces = [
        { x: left, view: views[0] },
        { x: right, view: views[1] },
      ]
      t.deepEqual([...values(place(pieces, dtype, rows * columns, fill))], expected)
    }
  })

  test(`gather and scatterAdd of ${dtype} follow the indices, duplicates included`, (t) => {
    for (let trial = 0; trial < 80; trial++) {
      const [outer, axis, inner, count] = [1 + pick(3), 1 + pick(6), trial < 20 ? trial : 1 + pick(40), pick(9)]
      const chosen = Int32Array.from({ length: count }, () => pick(axis))
      const indices = ordinary(chosen, 'int32')
      const x = filled(dtype, outer * axis * inner)
      const updates = filled(dtype, outer * count * inner)
      const picked: number[] = []
      const sums = newArray(dtype, outer * axis * inner)
      for (let o = 0, from = 0; o < outer; o++) {
        for (const row of chosen) {
          for (let i = 0; i < inner; i++, from++) {
            const where = (o * axis + row) * inner + i
            picked.push(values(x)[where])
            sums[where] = dtype === 'bool' ? sums[where] | values(updates)[from] : sums[where] + values(updates)[from]
          }
        }
      }
      t.deepEqual([...values(gather(x, indices, outer, axis, inner))], picked)
      t.deepEqual(values(scatterAdd(updates, indices, outer, axis, inner)), sums)
    }
  })
}

test('place of nothing is the fill value', (t) => {
  t.deepEqual(values(place([], 'float32', 5, -1.5)), new Float32Array(5).fill(-1.5))
  t.deepEqual(values(place([], 'float64', 3, Number.NaN)), new Float64Array(3).fill(Number.NaN))
  t.deepEqual(values(place([], 'int32', 0, 1)), new Int32Array(0))
})

test('moving works on resident buffers and on results of the same step', (t) => {
  const x = resident('float32', 6)
  const flipped = { shape: [6], strides: [-1], offset: 5 }
  within(() => {
    const y = place(
      [{ x: ordinary(Float32Array.of(1, 2, 3), 'float32'), view: { shape: [3], strides: [2], offset: 0 } }],
      'float32',
      6,
      9,
    )
    t.deepEqual([...values(copy(y, flipped))], [9, 3, 9, 2, 9, 1])
    t.deepEqual([...values(copy(x, flipped))], [0, 0, 0, 0, 0, 0])
  })
})
