/**
 * More trajectories of Keras, made by `test/golden/keras-trajectories.py`: every optimizer × own options, with and without shared options, six shapes, 12 steps;
 * and of PyTorch, for RAdam.
 */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { type DType, RAdam, tensor, variable } from '../../src/index.js'
import { close, flat, type Json, make } from './golden-program.js'

const golden = JSON.parse(readFileSync(new URL('../golden/keras-trajectories.json', import.meta.url), 'utf8'))

/** A number between −1 and 1 that every language computes alike. */
function number(seed: number): number {
  let x = (seed * 7919 + 104729) % 10007
  x = (x * x + 3 * seed) % 10007
  return Number(((2 * x) / 10007 - 1).toFixed(4))
}

function array(shape: number[], seed: number, dtype: DType) {
  const size = shape.reduce((a, b) => a * b, 1)
  return tensor(
    Float64Array.from({ length: size }, (_, i) => number(seed * 1000 + i)),
    { shape, dtype },
  )
}

function run(c: Json, dtype: DType, check: (step: number, x: number[][]) => void): void {
  const shapes = Object.entries(golden.shapes) as [string, number[]][]
  const variables = shapes.map(([path, shape], i) => {
    const v = variable(array(shape, i + 1, dtype), { name: path.split('/').at(-1) })
    v.path = path
    return v
  })
  const optimizer = make(c.optimizer, { learning_rate: 0.05, ...c.config })
  for (let step = 1; step <= golden.meta.steps; step++) {
    optimizer.apply(
      shapes.map(([, shape], i) => array(shape, 100 * step + i, dtype)),
      variables,
    )
    check(
      step,
      variables.map((v) => flat(v.toArray())),
    )
  }
}

/** Where Keras differs on purpose: with accumulation its average moves at every call. No case combines the two. */
for (const c of golden.cases) {
  test(`Keras: ${c.id}`, (t) => {
    run(c, 'float64', (step, x) => {
      const expected = c.expected.find((e: Json) => e.after_step === step)
      expected?.x.forEach((want: number[], i: number) => {
        close(t, x[i], want, { rtol: 1e-10, atol: 1e-12 }, `variable ${i} after step ${step}`)
      })
    })
  })
}

test('RAdam goes where PyTorch 2.13 goes', (t) => {
  const w = variable([1, -2, 0.5], { dtype: 'float64' })
  const optimizer = new RAdam({ learningRate: 0.1, beta2: 0.9 })
  for (let i = 1; i <= 12; i++)
    optimizer.apply([tensor([number(i), number(i + 50), number(i + 100)], { dtype: 'float64' })], [w])
  close(t, w.toArray(), radam, { rtol: 1e-10 }, 'w')
})

const radam: number[] = [1.007550628267823, -2.0025928044443946, 0.666059773180041]
