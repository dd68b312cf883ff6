/**
 * The Tensor itself, and the Variable: reading numbers, printing, assigning.
 */
import test from 'ava'
import {
  arange,
  DTypeError,
  GradientError,
  ones,
  ShapeError,
  Tensor,
  tensor,
  variable,
  zeros,
} from '../../src/index.js'

const wrong = <T>(value: unknown) => value as T

test('a tensor is made of numbers, nested arrays, typed arrays and tensors', (t) => {
  t.deepEqual([tensor(3).shape, tensor(3).toArray(), tensor(3).dtype], [[], 3, 'float32'])
  t.deepEqual(tensor([[[1], [2]]]).shape, [1, 2, 1])
  t.deepEqual([tensor([]).shape, tensor([[], []]).shape], [[0], [2, 0]])
  t.is(tensor(Float64Array.of(1)).dtype, 'float64')
  t.is(tensor(Int32Array.of(1)).dtype, 'int32')
  t.is(tensor([true]).dtype, 'bool')
  t.deepEqual(tensor([1, 0, 2], { dtype: 'bool' }).toArray(), [true, false, true])
  const x = tensor([1, 2], { dtype: 'int32' })
  t.deepEqual([tensor(x).toArray(), tensor(x).dtype], [[1, 2], 'int32'])
})

test('the data is copied, going in and coming out', (t) => {
  const source = Float32Array.of(1, 2)
  const x = tensor(source)
  source[0] = 9
  t.deepEqual(x.toArray(), [1, 2])
  x.dataSync()[0] = 9
  t.deepEqual(x.toArray(), [1, 2])
})

test('numbers are read as typed arrays, nested arrays, or one', async (t) => {
  const x = arange(4).reshape([2, 2])
  t.deepEqual(x.dataSync(), Float32Array.of(0, 1, 2, 3))
  t.deepEqual(await x.data(), Float32Array.of(0, 1, 2, 3))
  t.deepEqual(x.toArray(), [
    [0, 1],
    [2, 3],
  ])
  t.is(tensor([[5]]).item(), 5)
  t.deepEqual([x.size, x.rank, tensor(1).size, tensor(1).rank, zeros([2, 0]).size], [4, 2, 1, 0, 0])
})

test('tensors print their shape, dtype and numbers, in columns', (t) => {
  t.is(
    String(
      tensor([
        [1, -20],
        [0.123456, 3],
      ]),
    ),
    'Tensor [2, 2] float32\n[[      1,     -20],\n [0.12346,       3]]',
  )
  t.is(String(tensor(true)), 'Tensor [] bool\ntrue')
  t.is(String(zeros([0, 2])), 'Tensor [0, 2] float32\n[]')
  t.is(String(arange(20).cast('int32')), 'Tensor [20] int32\n[ 0,  1,  2, …, 17, 18, 19]')
  t.is(String(tensor([1], { requiresGrad: true })).split('\n')[0], 'Tensor [1] float32, requires gradient')
  t.is(String(tensor([1e-7, 123456.5, Number.NaN, -0])), 'Tensor [4] float32\n[1.000e-7, 1.235e+5,      NaN,       -0]')
  t.is(String(ones([2, 1, 1])), 'Tensor [2, 1, 1] float32\n[[[1]],\n [[1]]]')
  t.is(String(variable([1], { name: 'w' })), 'Variable w [1] float32, requires gradient\n[1]')
})

test('detach cuts the graph, of a variable it is a copy', (t) => {
  const w = variable([1, 2])
  const before = w.detach()
  t.false(before.requiresGrad)
  t.false(w.mul(2).detach().requiresGrad)
  w.assign([3, 4])
  t.deepEqual(before.toArray(), [1, 2])
})

test('a variable is assigned in place, by tensors, arrays and numbers that fit', (t) => {
  const w = variable([1, 2], { name: 'w' })
  t.is(w.assign([3, 4]), w)
  t.deepEqual(w.assignAdd(1).toArray(), [4, 5])
  t.deepEqual(w.assignSub(tensor([1, 2])).toArray(), [3, 3])
  t.throws(() => w.assign([1, 2, 3]), {
    instanceOf: ShapeError,
    message: /^assign: variable w has shape \[2\], the value \[3\]/,
  })
  t.throws(() => w.assign(tensor([1, 2], { dtype: 'int32' })), {
    instanceOf: DTypeError,
    message: /^assign: variable w holds float32/,
  })
  t.deepEqual(w.toArray(), [3, 3])
  t.true(w instanceof Tensor)
})

test('variables of integers are not trainable', (t) => {
  t.throws(() => variable([1], { dtype: 'int32' }), { instanceOf: DTypeError })
  const counter = variable([1], { dtype: 'int32', trainable: false })
  t.false(counter.trainable)
  t.deepEqual(counter.assignAdd(tensor([2], { dtype: 'int32' })).toArray(), [3])
})

test('a reshaped variable does not change with it, and gradients reach it', (t) => {
  const w = variable([1, 2, 3, 4])
  const matrix = w.reshape([2, 2])
  w.assign([0, 0, 0, 0])
  t.deepEqual(matrix.toArray(), [
    [1, 2],
    [3, 4],
  ])
  w.reshape([2, 2]).slice('0').sum().backward()
  t.deepEqual(w.grad?.toArray(), [1, 1, 0, 0])
  w.zeroGrad()
  t.is(w.grad, null)
})

test('a hook wants a gradient to look at', (t) => {
  t.throws(() => tensor([1]).onGradient(() => {}), { instanceOf: GradientError })
})

test('every method is a function, and the same one', (t) => {
  const x = tensor([[1, 2]])
  for (const name of ['matmul', 'sum', 'relu', 'sort', 'pad', 'tril', 'cumsum', 'permute', 'quantile', 'booleanMask'])
    t.is(typeof wrong<Record<string, unknown>>(x)[name], 'function', name)
  for (const name of ['where', 'concat', 'stack', 'take', 'checkIndices'])
    t.is(wrong<Record<string, unknown>>(x)[name], undefined, name)
})
