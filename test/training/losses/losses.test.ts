import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  gradcheck,
  huber,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  ShapeError,
  sparseCategoricalCrossentropy,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../../../src/index.js'

interface LossCase {
  yTrue: number[]
  yPred: number[][]
  fromLogits: boolean | null
  loss: number
  gradient: number[][]
}

// Made by test/golden/keras-training.py
const golden = JSON.parse(readFileSync(new URL('../../golden/keras-training.json', import.meta.url), 'utf8'))
const losses = {
  meanAbsoluteError,
  meanAbsolutePercentageError,
  huber,
  meanSquaredError,
  sparseCategoricalCrossentropy,
  categoricalCrossentropy,
  binaryCrossentropy,
}

for (const [name, value] of Object.entries(golden.losses)) {
  test(`${name} and its gradient are Keras's`, (t) => {
    const { yTrue, yPred, fromLogits, loss, gradient } = value as LossCase
    const f = losses[name.split(' ')[0] as keyof typeof losses] as typeof binaryCrossentropy
    const [got, g] = valueAndGrad((p) => f(tensor(yTrue), p, ...(fromLogits === null ? [] : [{ fromLogits }])))(yPred)
    t.true(Math.abs(got.item() - loss) <= 2e-6 * Math.abs(loss), `${got.item()} ≠ ${loss}`)
    const want = gradient.flat()
    t.true(
      [...g.dataSync()].every((v, i) => Math.abs(v - want[i]) <= 2e-6),
      `${[...g.dataSync()]} ≠ ${want}`,
    )
  })
}

test('cross-entropies of logits are finite and right where probabilities are 0 or 1 in float32', (t) => {
  const far = tensor([[200, -200]])
  t.is(sparseCategoricalCrossentropy(tensor([0]), far).item(), 0)
  t.is(sparseCategoricalCrossentropy(tensor([1]), far).item(), 400)
  t.is(categoricalCrossentropy(tensor([[0, 1]]), far).item(), 400)
  t.is(binaryCrossentropy(tensor([1]), tensor([-200])).item(), 200)
  t.is(binaryCrossentropy(tensor([1]), tensor([200])).item(), 0)
})

test('every loss passes gradcheck', (t) => {
  const x = tensor([
    [0.5, -1, 2],
    [1, 0.2, -0.3],
  ])
  const p = tensor([
    [0.2, 0.3, 0.5],
    [0.6, 0.3, 0.1],
  ])
  const y = tensor([
    [0, 1, 0],
    [0.5, 0.25, 0.25],
  ])
  const labels = tensor([2, 0])
  const cases: ((x: Tensor) => Tensor)[] = [
    (x) => meanSquaredError(y.cast(x.dtype), x),
    (x) => meanAbsoluteError(y.cast(x.dtype), x),
    (x) => meanAbsolutePercentageError(y.add(1).cast(x.dtype), x),
    (x) => huber(y.cast(x.dtype), x, { delta: 0.7 }),
    (x) => sparseCategoricalCrossentropy(labels, x),
    (x) => categoricalCrossentropy(y.cast(x.dtype), x),
    (x) => binaryCrossentropy(y.cast(x.dtype), x),
  ]
  for (const f of cases) t.true(gradcheck(f, [x]))
  t.true(gradcheck((x) => sparseCategoricalCrossentropy(labels, x, { fromLogits: false }), [p]))
  t.true(gradcheck((x) => categoricalCrossentropy(y.cast(x.dtype), x, { fromLogits: false }), [p]))
  t.true(gradcheck((x) => binaryCrossentropy(y.cast(x.dtype), x, { fromLogits: false }), [p]))
})

test('labels out of range, one-hot labels and shapes that differ are errors', (t) => {
  const scores = tensor([[1, 2, 3]])
  t.throws(() => sparseCategoricalCrossentropy(tensor([3]), scores), {
    instanceOf: ShapeError,
    message: /label 3 is out of range for 3 classes/,
  })
  t.throws(() => sparseCategoricalCrossentropy(tensor([-1]), scores), {
    instanceOf: ShapeError,
    message: /label -1 is out of range for 3 classes. Labels go from 0 to 2/,
  })
  t.throws(() => sparseCategoricalCrossentropy(tensor([0.5]), scores), {
    message: /label 0.5 is not a whole number/,
  })
  t.throws(() => sparseCategoricalCrossentropy(tensor([[0, 0, 1]]), scores), {
    message: /look one-hot: use categoricalCrossentropy/,
  })
  t.throws(() => sparseCategoricalCrossentropy(tensor([0, 1]), scores), { message: /labels of shape \[2\] do not fit/ })
  t.throws(() => meanSquaredError(tensor([1, 2]), tensor([[1, 2]])), {
    message: /yTrue has shape \[2\], yPred \[1, 2\]/,
  })
  t.is(meanSquaredError(tensor([1, 2]), tensor([[1], [4]])).item(), 2)
})
