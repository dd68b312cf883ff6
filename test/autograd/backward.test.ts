import test from 'ava'
import {
  concat,
  DTypeError,
  formula,
  GradientError,
  grad,
  IndexedSlices,
  noGrad,
  ones,
  SGD,
  ShapeError,
  type Tensor,
  tensor,
  valueAndGrad,
  variable,
  where,
} from '../../src/index.js'

test('backward adds the gradient to every leaf that requires one', (t) => {
  const a = variable([1, 2])
  const b = tensor([3, 4], { requiresGrad: true })
  const c = tensor([5, 6])
  a.mul(b).add(c).sum().backward()
  t.deepEqual(a.grad?.toArray(), [3, 4])
  t.deepEqual(b.grad?.toArray(), [1, 2])
  t.is(c.grad, null)
  a.mul(2).sum().backward()
  t.deepEqual(a.grad?.toArray(), [5, 6])
  a.zeroGrad()
  t.is(a.grad, null)
})

test('a value used twice gets both gradients, whatever the order of use', (t) => {
  const x = variable([2])
  const y = x.square()
  y.mul(x).add(y).sum().backward() // x³ + x²
  t.deepEqual(x.grad?.toArray(), [16])
  const z = variable([3])
  z.sub(z.mul(z)).backward()
  t.deepEqual(z.grad?.toArray(), [-5])
})

test('an argument given twice counts twice, with numbers between', (t) => {
  const x = variable([3])
  x.sub(x).backward()
  t.deepEqual(x.grad?.toArray(), [0])
  const y = variable([2])
  y.pow(y).backward()
  t.true(Math.abs((y.grad as Tensor).item() - 4 * (Math.log(2) + 1)) < 1e-6)
  const z = variable([2])
  tensor(1).div(z).mul(3).add(z.clip(0, 5)).backward()
  t.deepEqual(z.grad?.toArray(), [-0.75 + 1])
})

test('a graph 100,000 operations deep works', (t) => {
  const x = variable([1])
  let y: Tensor = x
  for (let i = 0; i < 100_000; i++) y = y.add(1)
  y.sum().backward()
  t.deepEqual(x.grad?.toArray(), [1])
})

test('backward frees the graph, unless told to keep it', (t) => {
  const x = variable([2])
  const y = x.square()
  y.backward(undefined, { retainGraph: true })
  y.backward()
  t.deepEqual(x.grad?.toArray(), [8])
  t.throws(() => y.backward(), { instanceOf: GradientError, message: /walked already, and freed/ })
  t.throws(() => y.mul(2).backward(), { instanceOf: GradientError, message: /walked already/ })
})

test('backward on what is no scalar, has no graph or gets the wrong gradient is an error', (t) => {
  const x = variable([1, 2])
  t.throws(() => x.mul(2).backward(), { instanceOf: GradientError, message: /shape \[2\] is not a scalar. Reduce it/ })
  t.throws(() => tensor(1).backward(), { instanceOf: GradientError, message: /no gradient flows to this tensor/ })
  t.throws(() => noGrad(() => x.sum()).backward(), { instanceOf: GradientError, message: /noGrad/ })
  t.throws(() => x.mul(2).backward(ones([3])), { message: /the gradient has shape \[3\], the tensor \[2\]/ })
  x.mul(2).backward(tensor([1, 10]))
  t.deepEqual(x.grad?.toArray(), [2, 20])
  t.throws(() => tensor([1], { dtype: 'int32', requiresGrad: true }), { instanceOf: DTypeError })
})

test('a variable changed between forward and backward is an error, not a wrong gradient', (t) => {
  const w = variable([2])
  const loss = w.square().sum()
  w.assign([5])
  t.throws(() => loss.backward(), { instanceOf: GradientError, message: /changed before backward/ })
})

test('noGrad, detach and integer results cut the graph', (t) => {
  const x = variable([1.5])
  t.false(noGrad(() => x.mul(2)).requiresGrad)
  t.true(x.mul(2).requiresGrad)
  t.false(x.detach().mul(2).requiresGrad)
  t.false(x.greater(1).requiresGrad)
  t.false(x.cast('int32').requiresGrad)
  x.mul(x.detach()).backward()
  t.deepEqual(x.grad?.toArray(), [1.5])
  t.throws(() =>
    noGrad(() => {
      throw new RangeError('inside')
    }),
  )
  t.true(x.mul(2).requiresGrad, 'an error inside noGrad does not switch recording off')
})

test('createGraph lets gradients be differentiated again', (t) => {
  const x = variable([2])
  x.pow(4).backward(undefined, { createGraph: true })
  const first = x.grad as Tensor
  t.deepEqual(first.toArray(), [32])
  x.zeroGrad()
  first.backward()
  t.deepEqual((x.grad as Tensor | null)?.toArray(), [48])
})

test('hooks see and replace gradients, on leaves and in between; retainGrad keeps them', (t) => {
  const x = variable([1, 2])
  const y = x.mul(3).retainGrad()
  const seen: unknown[] = []
  const remove = y.onGradient((g) => {
    seen.push(g.toArray())
    return g.mul(10)
  })
  x.onGradient((g) => {
    seen.push(g.toArray())
  })
  y.sum().backward()
  t.deepEqual(seen, [
    [1, 1],
    [30, 30],
  ])
  t.deepEqual(y.grad?.toArray(), [1, 1])
  t.deepEqual(x.grad?.toArray(), [30, 30])
  remove()
  x.zeroGrad()
  x.mul(3).sum().backward()
  t.deepEqual((x.grad as Tensor | null)?.toArray(), [3, 3])
  t.throws(() => tensor(1).onGradient(() => {}), { instanceOf: GradientError })
})

test('gather sends back a sparse gradient that equals the dense one, sums included', (t) => {
  const table = variable([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  table
    .gather([2, 0, 2])
    .mul([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    .sum()
    .backward()
  const g = table.grad as IndexedSlices
  t.true(g instanceof IndexedSlices)
  t.deepEqual(g.indices.toArray(), [2, 0, 2])
  t.deepEqual(g.toArray(), [
    [2, 2],
    [0, 0],
    [4, 4],
  ])
  table.gather([1]).sum().backward()
  t.true(table.grad instanceof IndexedSlices)
  t.deepEqual(table.grad?.toArray(), [
    [2, 2],
    [1, 1],
    [4, 4],
  ])
  table.sum().backward()
  t.false(table.grad instanceof IndexedSlices)
  t.deepEqual(table.grad?.toArray(), [
    [3, 3],
    [2, 2],
    [5, 5],
  ])
})

test('grad and valueAndGrad differentiate functions, any number of times', (t) => {
  const f = (x: Tensor) => x.pow(3).sum()
  const d = (g: (x: Tensor) => Tensor) => (x: Tensor) => grad(g)(x).sum()
  t.deepEqual(grad(f)([2]).toArray(), [12])
  t.deepEqual(d(f)(tensor([2])).item(), 12)
  t.deepEqual(grad(d(f))([2]).toArray(), [12])
  t.deepEqual(grad(d(d(f)))([2]).toArray(), [6])
  t.deepEqual(grad(d(d(d(f))))([2]).toArray(), [0])
  const [value, g] = valueAndGrad((x, y) => x.mul(y).sum())([1, 2], [3, 4])
  t.is(value.item(), 11)
  t.deepEqual(g.toArray(), [3, 4])
  t.false(value.requiresGrad)
  t.throws(() => grad((x) => x)([1, 2]), { instanceOf: GradientError, message: /returned shape \[2\], not a scalar/ })
  t.throws(() => grad(() => 3 as never)([1]), { instanceOf: GradientError, message: /not a tensor/ })
  t.deepEqual(grad(() => tensor(1))([1, 2]).toArray(), [0, 0])
})

test('grad inside a taped function passes gradients on, to variables too', (t) => {
  const w = variable([3])
  const inner = grad((x) => x.square().mul(w).sum())([5]) // 2·5·w
  inner.sum().backward()
  t.deepEqual(w.grad?.toArray(), [10])
  const x = variable([2])
  grad((z) => z.pow(3).sum())(x)
    .sum()
    .backward()
  t.deepEqual(x.grad?.toArray(), [12])
  t.deepEqual(noGrad(() => grad((z) => z.square().sum())([4])).toArray(), [8])
})

test('perturbations are not confused: an inner derivative does not see the outer variable', (t) => {
  // d/dx [x · d/dy (x + y)] = 1, not 2
  const outer = grad((x) => x.mul(grad((y) => x.add(y).sum())([1])).sum())
  t.deepEqual(outer([5]).toArray(), [1])
})

test('memory stays flat over 100,000 training steps written by hand', (t) => {
  const w = variable([0.5, -0.5])
  const optimizer = new SGD({ learningRate: 1e-3 })
  const x = tensor([
    [1, 2],
    [3, 4],
  ])
  const run = (steps: number) => {
    for (let i = 0; i < steps; i++) {
      const loss = x.matmul(w).tanh().square().mean()
      loss.backward()
      optimizer.step([w])
      optimizer.zeroGrad([w])
    }
    const { heapUsed, arrayBuffers, external } = process.memoryUsage()
    return heapUsed + arrayBuffers + external
  }
  run(20_000)
  const before = run(1)
  const after = run(100_000)
  t.true(after - before < 64 * 2 ** 20, `${(after - before) / 2 ** 20} MiB more`)
})

test('concat of nothing that requires gradients, and of some that do', (t) => {
  const x = variable([1])
  concat([x, tensor([2]), x])
    .mul([1, 10, 100])
    .sum()
    .backward()
  t.deepEqual(x.grad?.toArray(), [101])
})

test('whole numbers are numbers, not truth: where and formulas keep them', (t) => {
  t.is(
    where(tensor([true, false, true]), 10, 20)
      .sum()
      .item(),
    40,
  )
  t.deepEqual(tensor([true, false]).maximum(5).toArray(), [5, 5])
  t.is(formula('5')().item(), 5)
})

test('what was made of a variable does not change with it, nor with the array its shape was given as', (t) => {
  const w = variable([1, 2])
  const kept = w.flatten()
  w.assign([5, 6])
  t.deepEqual(kept.toArray(), [1, 2])
  const shape = [2, 1]
  const x = tensor([1, 2]).reshape(shape)
  shape[0] = 9
  t.deepEqual(x.shape, [2, 1])
  t.throws(() => tensor([1, 2, 3]).slice([[0.5, 3]]), { instanceOf: ShapeError, message: /0.5 is not a valid bound/ })
})
