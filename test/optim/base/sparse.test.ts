/**
 * Sparse gradients: as the dense ones (contract.test.ts compares every optimizer), in memory proportional to the rows where the rule allows it.
 */
import test from 'ava'
import { Adagrad, Adam, IndexedSlices, SGD, tensor, variable, zeros } from '../../../src/index.js'
import type { DataBuffer } from '../../../src/kernels/backend.js'
import { cpu } from '../../../src/kernels/cpu/cpu.js'
import { useBackend } from '../../../src/tensor/backend.js'

const slices = (rows: number[], values: number[][], count: number) =>
  new IndexedSlices(tensor(values), tensor(rows, { dtype: 'int32' }), [count, values[0].length])

/** As numbers that were on a GPU when it was made. */
const unchecked = (rows: number[], values: number[][], count: number) =>
  new IndexedSlices(tensor(values), tensor(rows, { dtype: 'int32' }), [count, values[0].length], true)

/** The primitives of the back end that run meanwhile, with the size of what each computes or changes. */
function work(run: () => void): { name: string; size: number }[] {
  const done: { name: string; size: number }[] = []
  const spied =
    (name: string, f: (...args: never[]) => unknown) =>
    (...args: never[]): unknown => {
      const result = f(...args)
      if (name === 'compileUpdate') return spied('update', result as typeof f)
      done.push({ name, size: sizeOfWork(name, args, result) })
      return result
    }
  const spies = Object.entries(cpu).map(([name, f]) => [name, typeof f === 'function' ? spied(name, f as never) : f])
  useBackend(Object.fromEntries(spies))
  try {
    run()
  } finally {
    useBackend(cpu)
  }
  return done
}

function sizeOfWork(name: string, args: unknown[], result: unknown): number {
  if (name === 'update') return (args[0] as DataBuffer[])[0].size
  if (name === 'putRows') return (args[1] as DataBuffer).size
  const changed = name === 'write' ? [args[0]] : [result].flat()
  return Math.max(0, ...changed.map((x) => (x as DataBuffer)?.size ?? (x as Int32Array)?.length ?? 0))
}

test('a sparse step of SGD and Adagrad on a large table reads and writes the rows of the gradient, a dense one all', (t) => {
  const table = variable(zeros([1000, 16]))
  const gradient = slices(
    [7, 999, 7],
    [1, 2, 3].map((x) => new Array(16).fill(x)),
    1000,
  )
  for (const [optimizer, name, most] of [
    [new SGD(), 'putRows', 2 * 16],
    [new Adagrad(), 'putRows', 2 * 16],
    [new SGD({ clipnorm: 1 }), 'putRows', 2 * 16],
    [new SGD({ momentum: 0.1 }), 'update', 16_000],
    [new Adam(), 'update', 16_000],
  ] as const) {
    optimizer.apply([gradient], [table]) // the first step is measured for explain(), which reads everything
    const done = work(() => optimizer.apply([gradient], [table]))
    const writing = done.filter((step) => /^(update|putRows|write)$/.test(step.name))
    t.true(writing.length > 0 && writing.every((step) => step.name === name), JSON.stringify(done))
    t.is(Math.max(...done.map(({ size }) => size)), most, JSON.stringify(done))
    t.true(writing.every(({ size }) => size === most))
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
