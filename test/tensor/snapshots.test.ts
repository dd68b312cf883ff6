/**
 * What was computed from a variable stays as it was when the variable changes, and from a shape when the caller's array does.
 */
import test from 'ava'
import {
  arange,
  checkpoint,
  customGradient,
  einsum,
  formula,
  noGrad,
  ones,
  stopGradient,
  type Tensor,
  variable,
} from '../../src/index.js'
import { broadcastShapes } from '../../src/tensor/shape.js'

const ways: Record<string, (w: Tensor) => Tensor> = {
  flatten: (w) => w.flatten(),
  reshape: (w) => w.reshape([3]),
  broadcastTo: (w) => w.broadcastTo([3]),
  sumTo: (w) => w.sumTo([3]),
  cast: (w) => w.cast('float32'),
  squeeze: (w) => w.squeeze(),
  'roll by 0': (w) => w.roll(0),
  'roll by 0 along an axis': (w) => w.roll(0, 0),
  'roll around': (w) => w.roll(3, 0),
  'pad by 0': (w) => w.pad(0),
  'pad by 0 with the edge': (w) => w.pad(0, { mode: 'edge' }),
  einsum: (w) => einsum('i->i', w),
  transpose: (w) => w.transpose(),
  slice: (w) => w.slice('...'),
  tile: (w) => w.tile(1),
  repeat: (w) => w.repeat(1),
  'split into one': (w) => w.split(1)[0],
  flip: (w) => w.flip([]),
  'formula x': (w) => formula('x')(w),
  stopGradient: (w) => stopGradient(w),
  detach: (w) => w.detach(),
  'checkpoint under noGrad': (w) => noGrad(() => checkpoint((x) => x, w)),
  checkpoint: (w) => checkpoint((x) => x, w),
  'checkpoint that reads it': (w) => checkpoint(() => w, ones([1])),
  customGradient: (w) =>
    customGradient(
      (x) => x,
      (g) => g,
    )(w),
  'mean of one': (w) => w.expandDims(0).mean(0),
  'sum of no axes': (w) => w.sum([]),
  'max of no axes': (w) => w.max([]),
}

for (const [name, way] of Object.entries(ways)) {
  test(`${name} of a variable does not change with it`, (t) => {
    const w = variable([1, 2, 3])
    const before = way(w)
    t.not(before, w)
    w.assign([7, 8, 9])
    t.deepEqual(before.toArray(), [1, 2, 3])
  })
}

test('gradients flow through the copies', (t) => {
  const w = variable([1, 2, 3])
  w.cast('float32').roll(0).broadcastTo([3]).square().sum().backward()
  t.deepEqual(w.grad?.toArray(), [2, 4, 6])
})

test('a shape that the caller changes afterwards changes no tensor', (t) => {
  const shape = [2, 3]
  const made = [
    arange(6).reshape(shape),
    ones([3]).broadcastTo(shape),
    ones([2, 3]).broadcastTo(shape),
    ones(shape),
    ones([2, 3]).sumTo(shape),
  ]
  shape[0] = 400
  for (const x of made) t.deepEqual(x.shape, [2, 3])
  t.deepEqual(broadcastShapes('add', [2, 3], [3]), [2, 3])
})
