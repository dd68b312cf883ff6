/**
 * Creating, arranging and indexing: what stands where.
 */
import test from 'ava'
import {
  arange,
  diag,
  eye,
  fromFunction,
  full,
  fullLike,
  gather,
  linspace,
  meshgrid,
  ones,
  onesLike,
  stack,
  type Tensor,
  tensor,
  tri,
  tril,
  triu,
  zeros,
  zerosLike,
} from '../../../src/index.js'
import { sizeOf } from '../../../src/tensor/shape.js'

const x = arange(6).reshape([2, 3])
const y = arange(24).reshape([2, 3, 4])

/** Every index of a shape, in order. */
const indicesOf = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>((list, n) => list.flatMap((i) => Array.from({ length: n }, (_, j) => [...i, j])), [[]])
const flat = (t: Tensor) => [...t.dataSync()]

test('filled tensors and ranges', (t) => {
  t.deepEqual(zeros([2, 0]).shape, [2, 0])
  t.deepEqual(ones([1, 2], { dtype: 'bool' }).toArray(), [[true, true]])
  t.deepEqual(full([], -1.5).toArray(), -1.5)
  for (const like of [zerosLike, onesLike, (z: Tensor) => fullLike(z, 3)]) {
    const z = like(tensor([[1], [2]], { dtype: 'int32' }))
    t.deepEqual([z.shape, z.dtype], [[2, 1], 'int32'])
  }
  t.deepEqual(arange(2, 5).toArray(), [2, 3, 4])
  t.deepEqual(arange(5, 2).toArray(), [])
  t.deepEqual(arange(0, 1, 0.25, { dtype: 'float64' }).toArray(), [0, 0.25, 0.5, 0.75])
  t.deepEqual(linspace(5, 5, 1).toArray(), [5])
  t.deepEqual(linspace(0, 1, 0).toArray(), [])
  t.is(linspace(0, 0.1, 4, { dtype: 'float64' }).dataSync().at(-1), 0.1)
  t.deepEqual(eye(2, 3).toArray(), [
    [1, 0, 0],
    [0, 1, 0],
  ])
})

test('functions of the indices, of any rank', (t) => {
  t.is(fromFunction([], () => 7).item(), 7)
  t.deepEqual(
    flat(fromFunction([2, 1, 3], (i, j, k) => 100 * i + 10 * j + k)),
    indicesOf([2, 1, 3]).map(([i, j, k]) => 100 * i + 10 * j + k),
  )
  t.deepEqual(fromFunction([2, 2], (i, j) => i === j, { dtype: 'bool' }).toArray(), [
    [true, false],
    [false, true],
  ])
  t.deepEqual(fromFunction([0, 2], () => 1).shape, [0, 2])
})

test('triangles and diagonals', (t) => {
  for (const k of [-3, -1, 0, 1, 4]) {
    const inside = (keep: (i: number, j: number) => boolean) =>
      indicesOf([2, 3, 4]).map(([b, i, j]) => (keep(i, j) ? 12 * b + 4 * i + j : 0))
    t.deepEqual(
      flat(tril(y, k)),
      inside((i, j) => j - i <= k),
    )
    t.deepEqual(
      flat(triu(y, k)),
      inside((i, j) => j - i >= k),
    )
    t.deepEqual(
      flat(tri(3, 4, k)),
      indicesOf([3, 4]).map(([i, j]) => Number(j - i <= k)),
    )
    const square = diag([1, 2, 3], k)
    const side = 3 + Math.abs(k)
    t.deepEqual(
      flat(square),
      indicesOf([side, side]).map(([i, j]) => (j - i === k ? Math.min(i, j) + 1 : 0)),
    )
    t.deepEqual(diag(square, k).toArray(), [1, 2, 3])
    t.deepEqual(
      flat(diag(y.slice([0]), k)),
      indicesOf([3, 4])
        .filter(([i, j]) => j - i === k)
        .map(([i, j]) => 4 * i + j),
    )
  }
  t.deepEqual(diag(zeros([0])).shape, [0, 0])
  t.deepEqual(diag(zeros([2, 2]), 5).shape, [0])
})

test('coordinate grids in both orders', (t) => {
  const axes = [tensor([1, 2]), tensor([3, 4, 5]), tensor(6)]
  const [a, b, c] = meshgrid(axes)
  t.deepEqual(a.shape, [2, 3, 1])
  indicesOf([2, 3, 1]).forEach(([i, j], n) => {
    t.deepEqual([flat(a)[n], flat(b)[n], flat(c)[n]], [1 + i, 3 + j, 6])
  })
  const [u, v] = meshgrid(axes.slice(0, 2), { indexing: 'xy' })
  t.deepEqual(u.toArray(), Array(3).fill([1, 2]))
  t.deepEqual(v.toArray(), [
    [3, 3],
    [4, 4],
    [5, 5],
  ])
})

test('stack puts tensors side by side along any axis, unstack and split take them apart', (t) => {
  const z = x.add(10)
  for (const axis of [0, 1, 2, -1, -2]) {
    const both = stack([x, z], axis)
    const back = both.unstack(axis)
    t.deepEqual(back.map(flat), [flat(x), flat(z)], `${axis}`)
  }
  t.deepEqual(stack([tensor(1), tensor(2)]).toArray(), [1, 2])
  t.deepEqual(
    y.split([1, -1, 2], 2).map((part) => part.shape),
    [
      [2, 3, 1],
      [2, 3, 1],
      [2, 3, 2],
    ],
  )
  t.deepEqual(y.split([1, -1, 2], 2).map(flat)[1], [1, 5, 9, 13, 17, 21])
  t.deepEqual(
    x.split(3, 1).map((part) => flat(part)),
    [
      [0, 3],
      [1, 4],
      [2, 5],
    ],
  )
  t.deepEqual(
    x.split([0, 2]).map((part) => part.shape),
    [
      [0, 3],
      [2, 3],
    ],
  )
  t.deepEqual(zeros([0, 2]).unstack(), [])
})

test('tile and repeat', (t) => {
  t.deepEqual(tensor(3).tile(2).toArray(), [3, 3])
  t.deepEqual(x.tile([1, 0]).shape, [2, 0])
  const tiled = x.tile([3, 2, 2])
  t.deepEqual(tiled.shape, [3, 4, 6])
  t.deepEqual(
    flat(tiled),
    indicesOf([3, 4, 6]).map(([, i, j]) => 3 * (i % 2) + (j % 3)),
  )
  t.deepEqual(x.repeat(2, 1).toArray(), [
    [0, 0, 1, 1, 2, 2],
    [3, 3, 4, 4, 5, 5],
  ])
  t.deepEqual(x.repeat([0, 2], 0).toArray(), [
    [3, 4, 5],
    [3, 4, 5],
  ])
})

test('pad in all modes', (t) => {
  const v = tensor([1, 2, 3])
  t.deepEqual(v.pad(0).toArray(), [1, 2, 3])
  t.deepEqual(v.pad([1, 2], { value: -1 }).toArray(), [-1, 1, 2, 3, -1, -1])
  t.deepEqual(v.pad(3, { mode: 'symmetric' }).toArray(), [3, 2, 1, 1, 2, 3, 3, 2, 1])
  t.deepEqual(v.pad(5, { mode: 'edge' }).toArray(), [1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3, 3])
  t.deepEqual(tensor([true]).pad(1).toArray(), [false, true, false])
  t.deepEqual(zeros([0]).pad(1, { value: 2 }).toArray(), [2, 2])
  t.is(tensor(5).pad(3).item(), 5)
})

test('flip and roll are what index arithmetic says, along any axes', (t) => {
  for (const axes of [0, 1, 2, [0, 2], [-1, 1], null]) {
    const list = axes === null ? [0, 1, 2] : [axes].flat().map((a) => (a + 3) % 3)
    const want = indicesOf(y.shape).map((index) =>
      index.reduce((at, i, axis) => at * y.shape[axis] + (list.includes(axis) ? y.shape[axis] - 1 - i : i), 0),
    )
    t.deepEqual(flat(y.flip(axes)), want)
  }
  for (const [shift, axis] of [
    [1, 0],
    [-1, 1],
    [7, 2],
    [-9, 2],
  ]) {
    const n = y.shape[axis]
    const want = indicesOf(y.shape).map((index) =>
      index.reduce((at, i, a) => at * y.shape[a] + (a === axis ? (((i - shift) % n) + n) % n : i), 0),
    )
    t.deepEqual(flat(y.roll(shift, axis)), want)
  }
  t.deepEqual(x.roll([1, 1], [0, 1]).toArray(), [
    [5, 3, 4],
    [2, 0, 1],
  ])
  t.deepEqual(x.roll(2).toArray(), [
    [4, 5, 0],
    [1, 2, 3],
  ])
  t.is(tensor(4).flip().item(), 4)
})

test('gather, takeAlongAxis and gatherND read what the indices name', (t) => {
  t.deepEqual(gather(y, tensor([[1], [-1]]), { axis: 2 }).shape, [2, 3, 2, 1])
  t.deepEqual(y.gather(-1, { axis: 1 }).toArray(), [
    [8, 9, 10, 11],
    [20, 21, 22, 23],
  ])
  const order = y.neg().argSort(1)
  t.deepEqual(flat(y.takeAlongAxis(order, 1)), flat(y.flip(1)))
  t.deepEqual(
    tensor([[5], [6]])
      .takeAlongAxis([[0, 0, 0]], 1)
      .toArray(),
    [
      [5, 5, 5],
      [6, 6, 6],
    ],
  )
  t.deepEqual(x.takeAlongAxis(zeros([2, 0])).shape, [2, 0])
  t.deepEqual(y.gatherND([1, -1, 0]).item(), 20)
  t.deepEqual(y.gatherND([[[1, 2]], [[0, 0]]]).toArray(), [[[20, 21, 22, 23]], [[0, 1, 2, 3]]])
  t.deepEqual(y.gatherND(zeros([2, 0])).shape, [2, 2, 3, 4])
  t.deepEqual(y.gatherND(zeros([0, 2])).shape, [0, 4])
})

test('scatterAdd adds at the indices, duplicates too, and leaves x as it was', (t) => {
  const z = ones([2, 3])
  t.deepEqual(
    z
      .scatterAdd(
        [0, -1, 0],
        [
          [1, 2, 3],
          [10, 20, 30],
        ],
        { axis: 1 },
      )
      .toArray(),
    [
      [5, 1, 3],
      [41, 1, 21],
    ],
  )
  t.deepEqual(z.toArray(), [
    [1, 1, 1],
    [1, 1, 1],
  ])
  t.deepEqual(zeros([3], { dtype: 'int32' }).scatterAdd([1, 1], 2).toArray(), [0, 4, 0])
  t.deepEqual(z.scatterAdd(1, [1, 2, 3]).toArray(), [
    [1, 1, 1],
    [2, 3, 4],
  ])
})

test('booleanMask picks elements, or slices by their first axes', (t) => {
  t.deepEqual(y.booleanMask(y.mod(5).equal(0)).toArray(), [0, 5, 10, 15, 20])
  t.deepEqual(
    y
      .booleanMask([
        [true, false, false],
        [false, false, true],
      ])
      .toArray(),
    [
      [0, 1, 2, 3],
      [20, 21, 22, 23],
    ],
  )
  t.deepEqual(y.booleanMask([false, false]).shape, [0, 3, 4])
  t.deepEqual(tensor(3).booleanMask(true).toArray(), [3])
})

test('slices as text and as lists agree with index arithmetic', (t) => {
  const picks: [string, Parameters<Tensor['slice']>[0], number[][]][] = [
    [':, 1:-1, ::2', [null, [1, -1], [null, null, 2]], [[0, 1], [1], [0, 2]]],
    ['..., -1', [null, null, -1], [[0, 1], [0, 1, 2], [3]]],
    ['1', [1], [[1], [0, 1, 2], [0, 1, 2, 3]]],
    [
      '::-1, ..., 3:0:-2',
      [[null, null, -1], null, [3, 0, -2]],
      [
        [1, 0],
        [0, 1, 2],
        [3, 1],
      ],
    ],
    [':, 5:, -9:9', [null, [5, null], [-9, 9]], [[0, 1], [], [0, 1, 2, 3]]],
  ]
  for (const [text, list, [a, b, c]] of picks) {
    const want = a.flatMap((i) => b.flatMap((j) => c.map((k) => 12 * i + 4 * j + k)))
    t.deepEqual(flat(y.slice(text)), want, text)
    t.deepEqual(flat(y.slice(list)), want)
    t.deepEqual(y.slice(text).shape, y.slice(list).shape)
    const filled = y.withSlice(text, -1)
    t.deepEqual(
      flat(filled),
      flat(y).map((v) => (want.includes(v) ? -1 : v)),
    )
    t.deepEqual(flat(y.withSlice(list, y.slice(list).neg()).abs()), flat(y))
  }
  t.is(tensor(3).withSlice('', 4).item(), 4)
  t.deepEqual(tensor([1, 2], { dtype: 'int32' }).withSlice('0', 7).toArray(), [7, 2])
})

test('reshaping, squeezing and broadcasting keep the order of the numbers', (t) => {
  t.deepEqual(flat(y.reshape([4, -1])), flat(y))
  t.deepEqual(zeros([0, 3]).reshape([0, 5]).shape, [0, 5])
  t.deepEqual(tensor(5).reshape([1, 1]).shape, [1, 1])
  t.deepEqual(y.expandDims(-2).squeeze(-2).shape, y.shape)
  t.deepEqual(ones([1, 3, 1]).squeeze(0).shape, [3, 1])
  t.is(sizeOf(y.transpose().shape), 24)
  t.deepEqual(
    flat(y.transpose([2, 0, 1])),
    indicesOf([4, 2, 3]).map(([k, i, j]) => 12 * i + 4 * j + k),
  )
  t.deepEqual(flat(tensor([[1], [2]]).broadcastTo([2, 2, 2])), [1, 1, 2, 2, 1, 1, 2, 2])
  t.deepEqual(ones([2, 3, 2]).sumTo([1, 2]).toArray(), [[6, 6]])
})
