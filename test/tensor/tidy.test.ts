/** `tidy` on the CPU: what leaves it is kept, the rest is gone and says so, and no tensor ever changes its numbers. */
import test from 'ava'
import {
  arange,
  checkpoint,
  full,
  grad,
  IndexedSlices,
  ones,
  type Tensor,
  tensor,
  tidy,
  variable,
  zeros,
} from '../../src/index.js'

const gone = { name: 'BackendError', message: /numbers belonged to a tidy\(\) or training step that is over/ }

test.serial('what tidy returns is kept, wherever it is; the rest is gone', (t) => {
  let inside: Tensor | undefined
  const { a, list, set, map } = tidy(() => {
    inside = ones([3]).add(1)
    const a = inside.mul(2)
    return { a, list: [a.sum()], set: new Set([a.add(1)]), map: new Map([['b', tidy(() => a.neg())]]) }
  })
  t.deepEqual(a.toArray(), [4, 4, 4])
  t.is(list[0].item(), 12)
  t.deepEqual([...set][0].toArray(), [5, 5, 5])
  t.deepEqual(map.get('b')?.toArray(), [-4, -4, -4])
  t.throws(() => inside?.toArray(), gone)
  t.throws(() => inside?.add(1), gone)
})

test.serial('an object that contains itself leaves tidy like any other', (t) => {
  interface Ring {
    numbers: Tensor
    self?: Ring
  }
  const ring = tidy(() => {
    const one: Ring = { numbers: ones([2]).mul(3) }
    one.self = one
    return one
  })
  t.deepEqual(ring.self?.numbers.toArray(), [3, 3])
})

test.serial(
  'variables, gradients that are returned and checkpoints outlive tidy; gradients left in grad do not',
  (t) => {
    const v = tidy(() => variable(arange(3).mul(2)))
    t.deepEqual(v.toArray(), [0, 2, 4])
    t.deepEqual(tidy(() => grad((x: Tensor) => x.pow(3).sum())(tensor([1, 2]))).toArray(), [3, 12])
    const w = variable([1, 2])
    tidy(() =>
      checkpoint((x) => x.square(), w)
        .sum()
        .backward(),
    )
    t.throws(() => w.grad?.toArray(), gone)
  },
)

test.serial('a sparse gradient leaves tidy whole, whether it was read inside or not', (t) => {
  const gather = () => grad((x: Tensor) => x.gather(tensor([2, 0], { dtype: 'int32' })).sum())(ones([3, 2]).mul(1))
  const slices = tidy(gather) as IndexedSlices
  t.true(slices instanceof IndexedSlices)
  t.deepEqual(slices.indices.toArray(), [2, 0])
  t.deepEqual(slices.values.toArray(), [[1, 1], [1, 1]]) // biome-ignore format: as a matrix
  t.deepEqual(slices.toArray(), [[1, 1], [0, 0], [1, 1]]) // biome-ignore format: as a matrix
  const read = tidy(() => {
    const g = gather()
    g.toArray()
    return g
  })
  t.deepEqual(read.toArray(), [[1, 1], [0, 0], [1, 1]]) // biome-ignore format: as a matrix
  const parts = tidy(() => ({ indices: tensor([1]).add(1), values: tensor([2]).add(1), more: tensor([3]).add(1) }))
  t.deepEqual([parts.indices.item(), parts.values.item(), parts.more.item()], [2, 3, 4])
})

test.serial('an error or a promise in tidy leaves everything in order', (t) => {
  t.throws(() => tidy(() => ones([2, 3]).matmul(ones([2, 3]))), { name: 'ShapeError' })
  t.throws(() => tidy(async () => 1), { name: 'OptionError', message: /async/ })
  t.deepEqual(ones([2]).add(1).toArray(), [2, 2])
})

test.serial('no result changes, whatever is computed afterwards', (t) => {
  const kept: [Tensor, number][] = []
  for (let i = 0; i < 300; i++) {
    const x = full([1 + ((i * 7919) % 5000)], i % 50, { dtype: (['float32', 'float64', 'int32'] as const)[i % 3] })
    kept.push([x.add(x), 2 * (i % 50)])
    if (i % 37 === 0) zeros([300_000]).add(1)
    if (i % 11 === 0) t.throws(() => ones([2, 3]).matmul(ones([2, 3])))
    if (i % 29 === 0)
      tidy(() =>
        ones([1000, 20])
          .matmul(ones([20, 30]))
          .sum(),
      )
  }
  for (const [y, value] of kept) {
    t.true(y.dataSync().every((number) => number === value))
    t.is(y.cast('float64').sum().item(), value * y.size)
  }
})
