/**
 * Random graphs of random operations and shapes: backward against central differences; and random formulas, where the fused kernel, its
 * derived gradient and its gradient's gradient must agree with the same formula computed operation by operation.
 */
import test from 'ava'
import fc from 'fast-check'
import {
  concat,
  formula,
  gradcheck,
  gradgradcheck,
  grads,
  stack,
  type Tensor,
  tensor,
  where,
} from '../../../src/index.js'
import type { Algebra } from '../../../src/kernels/formula/algebra.js'
import { program } from '../../../src/kernels/formula/ast.js'
import type { FunctionName } from '../../../src/kernels/formula/functions.js'
import { interpret } from '../../../src/kernels/formula/interpret.js'
import { printExpr } from '../../../src/kernels/formula/print.js'
import { generator } from '../../../src/kernels/random.js'
import { elementwise } from '../../../src/tensor/operation.js'
import { ops } from '../../../src/tensor/operations/ops.js'
import { sizeOf } from '../../../src/tensor/shape.js'
import { names, smoothExpr } from '../../kernels/formula/arbitrary.js'

/** What a step may do to a value x, given another value y and a number k to choose details with. All results stay small. */
const steps: Record<string, (x: Tensor, y: Tensor, k: number) => Tensor> = {
  add: (x, y) => x.add(suited(y, x)).mul(0.5),
  sub: (x, y) => suited(x, y).sub(y).mul(0.5),
  mul: (x, y) => x.mul(suited(y, x)).tanh(),
  div: (x, y) => x.div(suited(y, x).square().add(1)),
  pow: (x, _, k) => x.sigmoid().pow(1 + (k % 3)),
  where: (x, y, k) => where(x.detach().greater(k / 10 - 0.5), x, suited(y, x)),
  maximum: (x, y) => x.maximum(suited(y, x)),
  sin: (x) => x.sin(),
  exp: (x) => x.tanh().exp().mul(0.4),
  gelu: (x) => x.gelu(),
  mish: (x) => x.mish(),
  softplus: (x) => x.softplus().mul(0.5),
  atan2: (x, y) => x.atan2(suited(y, x).square().add(0.5)).mul(0.5),
  matmul: (x, y) =>
    matrix(x)
      .matmul(matrix(x).mul(suited(y, matrix(x))), { transposeB: true })
      .tanh(),
  reshape: (x) => x.reshape([-1, 1]),
  transpose: (x) => x.transpose(),
  slice: (x, _, k) => (x.rank === 0 ? x : x.slice(k % 2 ? '::-1' : '..., -1:')),
  sum: (x, _, k) => x.sum(axisOf(x, k), { keepDims: k % 2 === 0 }).mul(0.3),
  mean: (x) => x.mean(),
  prod: (x, _, k) => x.prod(axisOf(x, k)),
  max: (x, _, k) => x.max(axisOf(x, k), { keepDims: k % 2 === 1 }),
  std: (x, _, k) => x.add(matrix(x).cumsum().reshape(x.shape)).std(axisOf(x, k), { correction: 0 }).mul(0.5),
  norm: (x) => x.norm().tanh(),
  logSumExp: (x, _, k) => x.logSumExp(axisOf(x, k)).mul(0.4),
  softmax: (x, _, k) => (x.rank === 0 ? x : x.softmax(k % x.rank)),
  cumprod: (x, _, k) => (x.rank === 0 ? x : x.cumprod(k % x.rank)),
  cumsum: (x, _, k) => (x.rank === 0 ? x : x.cumsum(k % x.rank).mul(0.4)),
  sort: (x, _, k) => (x.rank === 0 ? x : x.sort(k % x.rank)),
  pad: (x, _, k) => x.pad(1, { mode: k % 2 ? 'edge' : 'constant', value: 0.3 }).slice(x.shape.map(() => [0, 3])),
  flip: (x) => x.flip(),
  roll: (x, _, k) => x.roll(k),
  stack: (x, y) => stack([x, suited(y, x).broadcastTo(x.shape)], -1).slice('..., 0'),
  concat: (x, y) => concat([x.flatten(), y.flatten()]).slice([[0, 4]]),
  gather: (x, _, k) => (x.rank === 0 ? x : x.gather([k % x.shape[0], 0])),
  quantile: (x, _, k) => x.quantile(k / 10),
  withSlice: (x, y) => (x.rank === 0 ? x : x.withSlice([0], y.mean())),
  broadcastTo: (x) => (x.size <= 6 ? x.broadcastTo([2, ...x.shape]) : x),
}

const axisOf = (x: Tensor, k: number) => (x.rank === 0 ? null : k % x.rank)
const matrix = (x: Tensor) => x.reshape([x.rank === 0 ? 1 : x.shape[0], -1])

/** y, or if it does not broadcast to x, its mean. */
function suited(y: Tensor, x: Tensor): Tensor {
  const first = x.rank - y.rank
  return first >= 0 && y.shape.every((n, i) => n === 1 || n === x.shape[first + i]) ? y : y.mean()
}

const graph = fc.record({
  shapes: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  steps: fc.array(
    fc.record({ step: fc.constantFrom(...Object.keys(steps)), x: fc.nat(9), y: fc.nat(9), k: fc.nat(9) }),
    {
      minLength: 2,
      maxLength: 10,
    },
  ),
  seed: fc.nat(1e6),
})

function draw(shape: readonly number[], seed: number): Tensor {
  const random = generator(seed)
  return tensor(
    Float64Array.from({ length: sizeOf(shape) }, () => random.normal()),
    { shape },
  )
}

/** The function that a description says: the steps in order, each on values made before it; the last ones count. */
function functionOf(list: { step: string; x: number; y: number; k: number }[]): (...xs: Tensor[]) => Tensor {
  return (...xs) => {
    const values = [...xs]
    for (const { step, x, y, k } of list) {
      const at = (i: number) => values[values.length - 1 - (i % values.length)]
      values.push(steps[step](at(x), at(y), k))
    }
    return values.slice(-3).reduce((sum, value) => sum.add(value.sin().mean()), tensor(0, { dtype: 'float64' }))
  }
}

test('random graphs pass gradcheck', (t) => {
  const used = new Set<string>()
  fc.assert(
    fc.property(graph, ({ shapes, steps: list, seed }) => {
      const inputs = shapes.map((shape, i) => draw(shape, 3 * seed + i))
      for (const { step } of list) used.add(step)
      return gradcheck(functionOf(list), inputs, { rtol: 1e-4, atol: 1e-6 })
    }),
    { seed: 8, numRuns: 400, includeErrorInReport: true },
  )
  t.deepEqual([...used].sort(), Object.keys(steps).sort())
})

test('random graphs pass gradgradcheck', (t) => {
  fc.assert(
    fc.property(graph, ({ shapes, steps: list, seed }) => {
      const inputs = shapes.map((shape, i) => draw(shape, 5 * seed + i))
      return gradgradcheck(functionOf(list.slice(0, 5)), inputs, { rtol: 1e-3, atol: 1e-5 })
    }),
    { seed: 9, numRuns: 100 },
  )
  t.pass()
})

/** The formula language, over tensors: what a formula means, operation by operation. */
const renamed: Partial<Record<FunctionName, keyof typeof ops>> = {
  subtract: 'sub',
  multiply: 'mul',
  divide: 'div',
  unaryMinus: 'neg',
  unequal: 'notEqual',
  smaller: 'less',
  smallerEq: 'lessEqual',
  larger: 'greater',
  largerEq: 'greaterEqual',
  and: 'logicalAnd',
  or: 'logicalOr',
  not: 'logicalNot',
  min: 'minimum',
  max: 'maximum',
}
const tensorAlgebra = new Proxy(
  { constant: (value: number) => tensor(value, { dtype: 'float64' }) },
  {
    get: (target, name: FunctionName | 'constant') =>
      name === 'constant'
        ? target.constant
        : (...args: Tensor[]) => elementwise(ops[(renamed[name] ?? name) as 'add'], args),
  },
) as unknown as Algebra<Tensor>

const close = (a: Tensor, b: Tensor) => {
  const [x, y] = [a.broadcastTo(b.shape).dataSync(), b.dataSync()]
  const isClose = (v: number, want: number) =>
    v === want ||
    (Number.isFinite(want) ? Math.abs(v - want) <= 1e-9 * Math.max(1, Math.abs(want)) : Object.is(v, want))
  return x.every((v, i) => isClose(v, y[i]))
}

test('a fused formula agrees with the same formula op by op, and so do its gradients of first and second order', (t) => {
  const shapes = fc.constantFrom(
    [[], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[3], [3], [3]],
  )
  fc.assert(
    fc.property(smoothExpr, shapes, fc.nat(1e6), (expr, [a, b, c], seed) => {
      const text = printExpr(expr)
      const whole = program(text, [{ name: 'y', value: expr }])
      if (whole.inputs.length === 0) return true
      const all = Object.fromEntries(names.map((name, i) => [name, draw([a, b, c][i], 7 * seed + i).mul(0.5)]))
      const inputs = whole.inputs.map((name) => all[name])
      const fused = (...xs: Tensor[]) => formula(text)(...xs)
      const byOps = (...xs: Tensor[]) =>
        interpret(whole, tensorAlgebra, Object.fromEntries(whole.inputs.map((name, i) => [name, xs[i]]))).y
      const slopes = (f: typeof fused) =>
        grads((...xs) =>
          f(...xs)
            .sin()
            .sum(),
        )
      const curvature = (f: typeof fused) =>
        grads((...xs) => slopes(f)(...xs).reduce((sum, g) => sum.add(g.square().sum()), tensor(0)))
      return (
        close(fused(...inputs), byOps(...inputs)) &&
        slopes(fused)(...inputs).every((g, i) => close(g, slopes(byOps)(...inputs)[i])) &&
        curvature(fused)(...inputs).every((g, i) => close(g, curvature(byOps)(...inputs)[i]))
      )
    }),
    { seed: 10, numRuns: 60 },
  )
  t.pass()
})
