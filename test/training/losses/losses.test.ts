import test from 'ava'
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  meanSquaredError,
  ShapeError,
  sparseCategoricalCrossentropy,
  tensor,
} from '../../../src/index.js'

test('cross-entropies of logits are finite and right where probabilities are 0 or 1 in float32', (t) => {
  const far = tensor([[200, -200]])
  t.is(sparseCategoricalCrossentropy(tensor([0]), far).item(), 0)
  t.is(sparseCategoricalCrossentropy(tensor([1]), far).item(), 400)
  t.is(categoricalCrossentropy(tensor([[0, 1]]), far).item(), 400)
  t.is(binaryCrossentropy(tensor([1]), tensor([-200])).item(), 200)
  t.is(binaryCrossentropy(tensor([1]), tensor([200])).item(), 0)
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
