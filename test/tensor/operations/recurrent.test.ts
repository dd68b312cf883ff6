/**
 * Recurrent cells over whole sequences: the operation of all steps is what its steps are one by one, forward and back, and its gradients are
 * those of central differences, first and second order. (Numbers of Keras are in `test/layers/keras.test.ts`.)
 */
import test from 'ava'
import { gradcheck, grads, randomNormal, type Tensor, tensor } from '../../../src/index.js'
import { backend } from '../../../src/tensor/backend.js'
import { recurrentSequence } from '../../../src/tensor/operations/recurrent.js'
import {
  type Cell,
  cellActivations,
  gruCell,
  lstmCell,
  simpleCell,
} from '../../../src/tensor/operations/recurrent-cells.js'

const { tanh, sigmoid, hardSigmoid, linear } = cellActivations
const cells: Record<string, Cell> = {
  simple: simpleCell(tanh),
  'simple and linear': simpleCell(linear),
  LSTM: lstmCell(tanh, sigmoid),
  'LSTM with other activations': lstmCell(sigmoid, hardSigmoid),
  GRU: gruCell(tanh, sigmoid),
}

/** Everything that comes out, with other factors. */
function total(cell: Cell, mask: Tensor | null) {
  return (x: Tensor, kernel: Tensor, ...initial: Tensor[]): Tensor => {
    const { outputs, last } = recurrentSequence(cell, x, kernel, initial, mask)
    const weighed = [outputs, ...last].map((y, i) => y.mul(randomNormal(y.shape, { seed: i, dtype: 'float64' })).sum())
    return weighed.reduce((a, b) => a.add(b))
  }
}

function inputs(cell: Cell, [steps, units, batch]: number[], extra: number): Tensor[] {
  const normal = (shape: number[], seed: number) => randomNormal(shape, { seed, dtype: 'float64', std: 0.7 })
  const initial = Array.from({ length: cell.states }, (_, i) => normal([units, batch], 5 + i))
  return [normal([steps, cell.gates * units, batch], 1), normal([units + extra, cell.gates * units], 2), ...initial]
}

const maskFor = ([steps, units, batch]: number[]): Tensor =>
  tensor(Array.from({ length: steps * batch }, (_, i) => Number(i % 3 !== 1)), { dtype: 'float64' }) // biome-ignore format: one call
    .reshape([steps, 1, batch])
    .broadcastTo([steps, units, batch])

/** As if there were no kernel for all steps. */
function stepByStep<T>(f: () => T): T {
  const { recurrent, recurrentGradient } = backend
  Object.assign(backend, { recurrent: undefined, recurrentGradient: undefined })
  try {
    return f()
  } finally {
    Object.assign(backend, { recurrent, recurrentGradient })
  }
}

for (const [name, cell] of Object.entries(cells))
  for (const masked of [false, true]) {
    test(`${name}${masked ? ' with a mask' : ''}: all steps at once are the steps one by one`, (t) => {
      for (const size of [[4, 2, 2], [3, 1, 3], [1, 3, 1], [2, 5, 3]]) // biome-ignore format: sizes
        for (const extra of [0, 1]) {
          const f = total(cell, masked ? maskFor(size) : null)
          const xs = inputs(cell, size, extra)
          const all = () => [f(...(xs as [Tensor, Tensor])), ...grads(f as never)(...xs)] as Tensor[]
          const want = stepByStep(all)
          all().forEach((got, i) => {
            t.true(got.sub(want[i]).abs().max().item() < 1e-13, `${size}, number ${i}`)
          })
        }
    })
  }

for (const [name, cell] of Object.entries(cells)) {
  if (name.includes('other')) continue // hard gates have kinks
  test(`${name} passes gradcheck and its gradient passes gradcheck`, (t) => {
    const size = [2, 2, 3]
    const f = total(cell, maskFor(size)) as (...xs: Tensor[]) => Tensor
    const xs = inputs(cell, size, 1)
    t.true(gradcheck(f, xs))
    xs.forEach((_, i) => {
      t.true(gradcheck((...ys) => grads((...zs) => f(...zs).square())(...ys)[i], xs, { rtol: 1e-4, atol: 1e-5 }))
    })
  })
}
