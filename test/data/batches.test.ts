import test from 'ava'
import { batches } from '../../src/data/batches.js'
import { OptionError, ShapeError } from '../../src/errors.js'
import { tensor } from '../../src/tensor/creation.js'
import { setSeed } from '../../src/tensor/random.js'

const x = Array.from({ length: 10 }, (_, i) => [i, 10 * i])
const y = Array.from({ length: 10 }, (_, i) => 100 * i)
const collect = (options: Parameters<typeof batches>[2]) =>
  [...batches(x, y, options)].map(([a, b]) => ({ x: a.toArray() as number[][], y: b.toArray() as number[] }))

test('every example comes once, with its own target, and the last batch may be smaller', (t) => {
  const all = collect({ batchSize: 4, seed: 1 })
  t.deepEqual(
    all.map((batch) => batch.x.length),
    [4, 4, 2],
  )
  const rows = all.flatMap((batch) => batch.x.map((row, i) => [...row, batch.y[i]]))
  t.true(rows.every(([a, b, c]) => b === 10 * a && c === 100 * a))
  t.deepEqual(
    rows.map(([a]) => a).sort((a, b) => a - b),
    y.map((v) => v / 100),
  )
})

test('the order is random, seeded, and as given without shuffle', (t) => {
  const order = (options: Parameters<typeof batches>[2]) => collect({ batchSize: 3, ...options }).flatMap((b) => b.y)
  t.deepEqual(order({ shuffle: false }), y)
  t.notDeepEqual(order({ seed: 1 }), y)
  t.deepEqual(order({ seed: 1 }), order({ seed: 1 }))
  t.notDeepEqual(order({ seed: 1 }), order({ seed: 2 }))
  setSeed(3)
  const [first, second] = [order({}), order({})]
  t.notDeepEqual(first, second)
  setSeed(3)
  t.deepEqual(order({}), first)
})

test('tensors keep their dtype', (t) => {
  const labels = tensor([0, 1, 2], { dtype: 'int32' })
  const [[images, targets]] = batches(tensor([[1], [2], [3]]), labels, { shuffle: false })
  t.deepEqual([images.dtype, images.shape], ['float32', [3, 1]])
  t.deepEqual([targets.dtype, targets.toArray()], ['int32', [0, 1, 2]])
})

test('lengths that differ, scalars and impossible batch sizes are errors, at the call', (t) => {
  t.throws(() => batches(x, y.slice(1)), { instanceOf: ShapeError, message: /x has shape \[10, 2\], y \[9\]/ })
  t.throws(() => batches(1, 2), { instanceOf: ShapeError })
  for (const batchSize of [0, -1, 1.5, Number.NaN])
    t.throws(() => batches(x, y, { batchSize }), {
      instanceOf: OptionError,
      message: RegExp(`batchSize is ${batchSize}`),
    })
  t.throws(() => batches(x, y, { batch_size: 3 } as object), { message: /Did you mean batchSize/ })
})
