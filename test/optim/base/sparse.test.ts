/**
 * Sparse gradients: as the dense ones (contract.test.ts compares every optimizer), in memory proportional to the rows where the rule allows it.
 */
import test from 'ava'
import { Adagrad, Adam, IndexedSlices, SGD, tensor, variable, zeros } from '../../../src/index.js'

const slices = (rows: number[], values: number[][], count: number) =>
  new IndexedSlices(tensor(values), tensor(rows, { dtype: 'int32' }), [count, values[0].length])

/** As numbers that were on a GPU when it was made. */
const unchecked = (rows: number[], values: number[][], count: number) =>
  new IndexedSlices(tensor(values), tensor(rows, { dtype: 'int32' }), [count, values[0].length], true)

test('a sparse step of SGD and Adagrad on a large table takes a small part of the time of a dense one', (t) => {
  const table = variable(zeros([100_000, 16]))
  const gradient = slices(
    [7, 99_999, 7],
    [new Array(16).fill(1), new Array(16).fill(2), new Array(16).fill(3)],
    100_000,
  )
  for (const [sparse, dense] of [
    [new SGD(), new SGD({ momentum: 0.1 })],
    [new Adagrad(), new Adam()],
  ]) {
    const time = (optimizer: SGD | Adagrad | Adam) => {
      for (let i = 0; i < 3; i++) optimizer.apply([gradient], [table])
      const times = Array.from({ length: 21 }, () => {
        const start = performance.now()
        optimizer.apply([gradient], [table])
        return performance.now() - start
      })
      return times.sort((a, b) => a - b)[10] // of other work on the machine, the median knows little
    }
    const [fast, slow] = [time(sparse), time(dense)]
    t.true(fast < slow / 3, `${fast} ms and ${slow} ms`)
  }
  t.is(table.slice('5').sum().item(), 0)
})

test('only the rows of the gradient change', (t) => {
  const table = variable([
    [1, 1],
    [2, 2],
    [3, 3],
  ])
  const optimizer = new SGD({ learningRate: 1 })
  optimizer.apply([slices([2], [[1, 0]], 3)], [table])
  optimizer.apply(
    [
      slices(
        [2, 0, 2],
        [
          [1, 0],
          [0, 5],
          [1, 1],
        ],
        3,
      ),
    ],
    [table],
  )
  t.deepEqual(table.toArray(), [
    [1, -4],
    [2, 2],
    [0, 2],
  ])
})

test('an index that the variable has not is an error that changes nothing', (t) => {
  const table = variable([[1, 1]])
  const optimizer = new SGD()
  t.throws(() => optimizer.apply([unchecked([1], [[1, 0]], 1)], [table]), {
    name: 'OptionError',
    message: /row 1, the variable rows 0 to 0/,
  })
  t.throws(() => optimizer.apply([unchecked([-1], [[1, 0]], 1)], [table]), { name: 'OptionError' })
  t.is(optimizer.iterations, 0)
  t.deepEqual(table.toArray(), [[1, 1]])
})

test('the gradient of gather is sparse, and minimize uses it', (t) => {
  const table = variable([[1], [2], [3]])
  new SGD({ learningRate: 0.5 }).minimize(() => table.gather(tensor([0, 2, 0], { dtype: 'int32' })).sum(), [table])
  t.deepEqual(table.toArray(), [[0], [2], [2.5]])
})
