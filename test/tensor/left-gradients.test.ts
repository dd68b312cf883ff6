/** What `backward` leaves in `grad`: variables use one place for gradient after gradient, which nobody must notice. */
import test from 'ava'
import { checkpoint, customGradient, SGD, type Tensor, tensor, variable, zeros } from '../../src/index.js'

const squares = (w: Tensor, factor: number) => w.square().mul(factor).sum() // has the gradient 2 · factor · w

test('a gradient that was read stays as it is', (t) => {
  const w = variable([1, -2])
  squares(w, 1).backward()
  const first = w.grad as Tensor
  t.is(w.grad, first)
  w.zeroGrad()
  t.is(w.grad, null)
  squares(w, 10).backward()
  t.deepEqual(first.toArray(), [2, -4])
  t.deepEqual(w.grad?.toArray(), [20, -40])
})

test('gradients add up, whether they were read between or not', (t) => {
  for (const reads of [true, false]) {
    const w = variable([1, 3], { dtype: 'float64' })
    const seen: unknown[] = []
    for (let i = 1; i <= 3; i++) {
      squares(w, i).backward()
      if (reads) seen.push(w.grad)
    }
    t.deepEqual(w.grad?.toArray(), [12, 36])
    t.deepEqual(seen.map((g) => (g as Tensor).toArray()), reads ? [[2, 6], [6, 18], [12, 36]] : []) // biome-ignore format: as matrices
  }
})

test('two leaves with one gradient do not share it', (t) => {
  const [a, b] = [variable([1, 1]), variable([2, 2])]
  a.add(b).sum().backward()
  squares(a, 3).backward()
  t.deepEqual(a.grad?.toArray(), [7, 7])
  t.deepEqual(b.grad?.toArray(), [1, 1])
})

test('a leaf that is not a variable keeps its gradient, too', (t) => {
  const [x, w] = [tensor([1, 2], { requiresGrad: true }), variable([3, 4])]
  x.mul(w).sum().backward()
  for (let i = 0; i < 10; i++) zeros([2]).add(1)
  t.deepEqual(x.grad?.toArray(), [3, 4])
  t.deepEqual(w.grad?.toArray(), [1, 2])
})

test('functions of the user may keep every gradient that they see', (t) => {
  const seen: Tensor[] = []
  const look = (g: Tensor) => {
    seen.push(g)
  }
  const looking = customGradient(
    (x) => x.mul(2),
    (g) => {
      look(g)
      return g.mul(2)
    },
  )
  const w = variable([1, 2])
  const losses = [
    () => {
      const y = w.mul(3)
      y.onGradient(look)
      return y.sum()
    },
    () => looking(w.mul(1)).mul(5).sum(),
    () => checkpoint((x) => looking(x).mul(7), w).sum(),
  ]
  for (const loss of losses) loss().backward()
  const remove = w.onGradient(look)
  squares(w, 1).backward()
  remove()
  for (let i = 0; i < 100; i++) squares(w, i).backward()
  t.deepEqual(
    seen.map((g) => g.toArray()),
    [[1, 1], [5, 5], [7, 7], [2, 4]], // biome-ignore format: as a matrix
  )
})

test('gradients that nobody reads take turns in one place', (t) => {
  const w = variable([1, 2])
  const place = () => {
    w.zeroGrad()
    squares(w, 1).backward()
    new SGD({ learningRate: 1 }).step([w])
    return w.gradient?.buffer
  }
  const first = place()
  for (let i = 0; i < 3; i++) t.is(place(), first)
  t.not(w.grad?.buffer, first)
})
