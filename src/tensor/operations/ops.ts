/**
 * THE TABLE: every primitive operation, with its gradient. A formula is a whole operation (x, a, b inputs; y output; g gradient
 * of y); its gradients can be derived from it. Gradients written next to it are either the same, for the reader (a test compares them), or
 * faster or more stable, and replace the derived ones. The other rows are
 * two functions each: how to compute the numbers, and how the gradient comes back; those that go along axes are in
 * `reduction-rows.ts`. The documented functions that users call
 * are in `arithmetic.ts`, `exponentials.ts`, …, `reductions.ts`, `linalg.ts` and `shaping.ts`.
 */
import { isRecording } from '../../autograd/engine.js'
import type { Shape, View } from '../../kernels/backend.js'
import { broadcastStrides, stridesOf } from '../../kernels/strides.js'
import { backend } from '../backend.js'
import { IndexedSlices } from '../indexed-slices.js'
import { nameRows, noRule, op, primitive, run } from '../operation.js'
import { around, broadcastShapes, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { convolutionRows } from './convolution.js'
import { decompositionRows } from './decompositions.js'
import { normalizationRows } from './normalization.js'
import { poolingRows } from './pooling.js'
import { reductionRows } from './reduction-rows.js'
import { beforeRelu, reluGradient } from './relu-gradient.js'
import { singularValueRows } from './singular-values.js'
import { triangularRows } from './triangular.js'

const elementwiseRows = {
  // Arithmetic
  add: op('a + b', { a: 'g', b: 'g' }),
  sub: op('a - b', { a: 'g', b: '-g' }),
  mul: op('a * b', { a: 'g * b', b: 'g * a' }),
  div: op('a / b', { a: 'g / b', b: '-g * y / b' }),
  pow: op('a ^ b'),
  mod: op('mod(a, b)'),
  // What mod leaves is a whole multiple of b, so floorDiv and mod fit together (as in NumPy)
  floorDiv: op(
    'a != a or b == 0 ? a / b : abs(b) == Infinity ? floor(sign(a) * sign(b) / 2) + (a - a) : round((a - mod(a, b)) / b)',
    { a: '0', b: '0' },
  ),
  // floorDiv of integers; the one quotient that int32 cannot hold, −2³¹ / −1, wraps as the others do
  wholeDiv: op('b == 0 ? 0 : b == -1 and a == -2147483648 ? a : floor(a / b)'),
  squaredDifference: op('(a - b)^2', { a: '2 * g * (a - b)', b: '-2 * g * (a - b)' }),
  neg: op('-x', { x: '-g' }),
  abs: op('abs(x)'),
  sign: op('sign(x)'),
  copysign: op('copysign(a, b)'),
  heaviside: op('heaviside(a, b)'),
  square: op('x^2', { x: '2 * g * x' }),
  sqrt: op('sqrt(x)', { x: 'g / (2 * y)' }),
  rootOfSquares: op('sqrt(x)', { x: 'g / (2 * (y == 0 ? Infinity : y))' }), // for norms, as the next two: their gradient at 0 is 0
  powerOfSize: op('abs(x) ^ p', { x: 'x == 0 ? 0 : g * p * sign(x) * abs(x)^(p - 1)' }),
  rootOfPowers: op('x ^ (1 / p)', { x: 'g * y / (p * (x == 0 ? Infinity : x))' }),
  cbrt: op('cbrt(x)'),
  hypot: op('hypot(a, b)'),
  rsqrt: op('1 / sqrt(x)', { x: '-0.5 * g * y * y * y' }),
  reciprocal: op('1 / x', { x: '-g * y^2' }),
  maximum: op('max(a, b)'),
  minimum: op('min(a, b)'),
  // One of the three inputs gets the whole gradient, also where they tie or the bounds are the wrong way round
  clip: op('min(max(x, low), high)', {
    x: 'x >= low and x <= high ? g : 0',
    low: 'x < low and low < high ? g : 0',
    high: 'x > high or (x < low and low >= high) ? g : 0',
  }),
  lerp: op('t < 0.5 ? a + t * (b - a) : b - (1 - t) * (b - a)', { a: 'g * (1 - t)', b: 'g * t', t: 'g * (b - a)' }),
  where: op('condition ? a : b'),
  cast: op('x', { x: 'g' }),

  // Comparisons and logic: their result is bool, so no gradient flows
  equal: op('a == b'),
  notEqual: op('a != b'),
  less: op('a < b'),
  lessEqual: op('a <= b'),
  greater: op('a > b'),
  greaterEqual: op('a >= b'),
  logicalAnd: op('a and b'),
  logicalOr: op('a or b'),
  logicalXor: op('(a != 0) != (b != 0)'),
  logicalNot: op('not x'),
  isNaN: op('x != x'),
  isFinite: op('x - x == 0'),
  isInf: op('x == x and x - x != 0'),
  isClose: op('a == b or abs(a - b) <= atol + rtol * abs(b) and abs(b) < Infinity'),
  nanToNum: op('x != x ? nan : x == Infinity ? high : x == -Infinity ? low : x'),

  // Rounding
  floor: op('floor(x)'),
  ceil: op('ceil(x)'),
  round: op('round(x)'),
  trunc: op('trunc(x)'),
  frac: op('frac(x)'),

  // Exponentials, logarithms, trigonometry
  exp: op('exp(x)', { x: 'g * y' }),
  expm1: op('expm1(x)', { x: 'g * (y + 1)' }),
  exp2: op('exp2(x)'),
  log: op('log(x)', { x: 'g / x' }),
  log1p: op('log1p(x)', { x: 'g / (1 + x)' }),
  log2: op('log2(x)'),
  log10: op('log10(x)'),
  logaddexp: op('logaddexp(a, b)'),
  xlogy: op('xlogy(a, b)'),
  logit: op('logit(x)'),
  sin: op('sin(x)', { x: 'g * cos(x)' }),
  cos: op('cos(x)', { x: '-g * sin(x)' }),
  tan: op('tan(x)', { x: 'g * (1 + y^2)' }),
  asin: op('asin(x)'),
  acos: op('acos(x)'),
  atan: op('atan(x)'),
  atan2: op('atan2(a, b)'),
  sinc: op('sinc(x)'),
  sinh: op('sinh(x)'),
  cosh: op('cosh(x)'),
  tanh: op('tanh(x)', { x: 'g * (1 - y^2)' }),
  asinh: op('asinh(x)'),
  acosh: op('acosh(x)'),
  atanh: op('atanh(x)'),
  erf: op('erf(x)'),
  erfc: op('erfc(x)'),
  erfinv: op('erfinv(x)'),

  // Activations
  relu: op('max(x, 0)', { x: 'x > 0 ? g : 0' }),
  reluGradient,
  relu6: op('min(max(x, 0), 6)', { x: 'x > 0 and x < 6 ? g : 0' }),
  leakyRelu: op('x > 0 ? x : slope * x', { x: 'x > 0 ? g : g * slope', slope: 'x > 0 ? 0 : g * x' }), // prelu, too
  elu: op('x > 0 ? x : alpha * expm1(x)', { x: 'x > 0 ? g : g * alpha * exp(x)' }),
  selu: op('1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x))', {
    x: 'g * 1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * exp(x))',
  }),
  celu: op('x > 0 ? x : alpha * expm1(x / alpha)', { x: 'x > 0 ? g : g * exp(x / alpha)' }),
  sigmoid: op('sigmoid(x)', { x: 'g * y * (1 - y)' }),
  logSigmoid: op('-softplus(-x)', { x: 'g * sigmoid(-x)' }),
  softplus: op('softplus(x)', { x: 'g * sigmoid(x)' }),
  softsign: op('x / (1 + abs(x))', { x: 'g / (1 + abs(x))^2' }),
  silu: op('x * sigmoid(x)'),
  mish: op('x * tanh(softplus(x))'),
  hardSigmoid: op('min(max(x + 3, 0), 6) / 6', { x: 'x > -3 and x < 3 ? g / 6 : 0' }),
  hardSwish: op('x * min(max(x + 3, 0), 6) / 6', { x: 'x <= -3 ? 0 : x >= 3 ? g : g * (x / 3 + 0.5)' }),
  hardTanh: op('min(max(x, low), high)', {
    x: 'x > low and x < high ? g : 0',
    low: 'x <= low and low < high ? g : 0',
    high: 'x >= high or (x <= low and low >= high) ? g : 0',
  }),
  hardShrink: op('abs(x) > threshold ? x : 0', { x: 'abs(x) > threshold ? g : 0' }),
  softShrink: op('abs(x) > threshold ? x - sign(x) * threshold : 0', { x: 'abs(x) > threshold ? g : 0' }),
  // Where x and tanh(x) are nearly equal, by the series of their difference
  tanhShrink: op(
    'abs(x) < 0.35 ? x^3 / 3 * (1 - x^2 * (0.4 - x^2 * (0.1619047619047619 - x^2 * (0.0656084656084656 - x^2 * (0.02658970658970659 - x^2 * (0.010776384109717443 - x^2 * (0.004367503161153955 - x^2 * (0.0017700823228367578 - x^2 * 0.0007173873427306574)))))))) : x - tanh(x)',
    { x: 'g * tanh(x)^2' },
  ),
  gelu: op('0.5 * x * (1 + erf(x / sqrt(2)))'),
  geluTanh: op('0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))'),
}

const matrixRows = {
  matmul: primitive<[a: Tensor, b: Tensor], { transposeA: boolean; transposeB: boolean }>(product, [
    (g, { inputs: [, b], options: { transposeA, transposeB } }) =>
      transposeA ? b.matmul(g, { transposeA: transposeB, transposeB: true }) : g.matmul(b, { transposeB: !transposeB }),
    (g, { inputs: [a], options: { transposeA, transposeB } }) =>
      transposeB ? g.matmul(a, { transposeA: true, transposeB: transposeA }) : a.matmul(g, { transposeA: !transposeA }),
  ]),
  // relu(x · w + b) in one pass: what a Dense layer computes
  dense: primitive<[x: Tensor, w: Tensor, b: Tensor], { relu: boolean }>(
    ([x, w, b], { relu }) => {
      const [m, k] = x.shape
      const n = w.shape[1]
      const size = { m, n, k, transposeA: false, transposeB: false, batch: 1, aStep: 0, bStep: 0 }
      return { buffer: backend.matmul(x.buffer, w.buffer, size, { bias: b.buffer, relu }), shape: [m, n] }
    },
    [
      (g, c) => beforeRelu(g, c).matmul(c.inputs[1], { transposeB: true }),
      (g, c) => c.inputs[0].matmul(beforeRelu(g, c), { transposeA: true }),
      (g, c) => beforeRelu(g, c).sum(0),
    ],
  ),
}

const shapeRows = {
  // The numbers are shared (a variable's are copied, since they change)
  reshape: primitive<[x: Tensor], { shape: Shape }>(
    ([x], { shape }) => ({ buffer: x.detach().buffer, shape }),
    [(g, { inputs: [x] }) => g.reshape(x.shape)],
  ),
  transpose: primitive<[x: Tensor], { axes: readonly number[] }>(
    ([x], { axes }) => {
      const strides = stridesOf(x.shape)
      return copy(x, { shape: axes.map((a) => x.shape[a]), strides: axes.map((a) => strides[a]), offset: 0 })
    },
    [(g, { options: { axes } }) => g.transpose(axes.map((_, i) => axes.indexOf(i)))],
  ),
  broadcastTo: primitive<[x: Tensor], { shape: Shape }>(
    ([x], { shape }) => copy(x, { shape, strides: broadcastStrides(x.shape, shape), offset: 0 }),
    [(g, { inputs: [x] }) => g.sumTo(x.shape)],
  ),
  // A view without repeated elements: slices, flips
  view: primitive<[x: Tensor], { view: View }>(
    ([x], { view }) => copy(x, view),
    [(g, { inputs: [x], options: { view } }) => place([g], { views: [view], shape: x.shape, fill: 0 })],
  ),
  // Views written side by side into a new tensor: concat, pad
  place: primitive<readonly Tensor[], { views: readonly View[]; shape: Shape; fill: number }>(
    (pieces, { views, shape, fill }) => ({
      buffer: backend.place(
        pieces.map((x, i) => ({ x: x.buffer, view: views[i] })),
        pieces[0].dtype,
        sizeOf(shape),
        fill,
      ),
      shape,
    }),
    (g, { options: { views } }, i) => viewOf(g, views[i]),
  ),
  gather: primitive<[x: Tensor, indices: Tensor], { axis: number }>(
    ([x, indices], { axis }) => {
      const { outer, inner } = around(x.shape, axis)
      return {
        buffer: backend.gather(x.buffer, indices.buffer, outer, x.shape[axis], inner),
        shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
      }
    },
    [
      (g, { inputs: [x, indices], options: { axis } }) =>
        axis === 0 && !isRecording()
          ? new IndexedSlices(g, indices, x.shape, true)
          : scatterAdd(g, indices, axis, x.shape),
      noRule,
    ],
  ),
  scatterAdd: primitive<[updates: Tensor, indices: Tensor], { axis: number; shape: Shape }>(
    ([updates, indices], { axis, shape }) => {
      const { outer, inner } = around(shape, axis)
      return { buffer: backend.scatterAdd(updates.buffer, indices.buffer, outer, shape[axis], inner), shape }
    },
    [(g, { inputs: [, indices], options: { axis } }) => g.gather(indices, { axis }), noRule],
  ),
}

/** Every primitive operation. A test walks this table. */
export const ops = nameRows({
  ...elementwiseRows,
  ...reductionRows,
  ...normalizationRows,
  ...matrixRows,
  ...decompositionRows,
  ...triangularRows,
  ...singularValueRows,
  ...convolutionRows,
  ...poolingRows,
  ...shapeRows,
})

/** Σ updates at the indices along one axis of zeros of `shape`: the gradient of gather. */
export function scatterAdd(updates: Tensor, indices: Tensor, axis: number, shape: Shape): Tensor {
  return run(ops.scatterAdd, [updates, indices], { axis, shape })
}

/** The pieces written to their views in a tensor of `shape` that is `fill` elsewhere. */
export function place(
  pieces: readonly Tensor[],
  options: { views: readonly View[]; shape: Shape; fill: number },
): Tensor {
  return run(ops.place, pieces, options)
}

/** The elements of x that the view names. */
export function viewOf(x: Tensor, view: View): Tensor {
  return run(ops.view, [x], { view })
}

/** a · b over the last two axes. The axes before them are equal, or hold one matrix. */
function product(
  [a, b]: readonly [a: Tensor, b: Tensor],
  { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean },
) {
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
  const batch = broadcastShapes('matmul', batchA, batchB)
  const [aSize, bSize] = [a.shape.slice(-2), b.shape.slice(-2)]
  const [m, k] = transposeA ? [aSize[1], aSize[0]] : aSize
  const n = bSize[transposeB ? 0 : 1]
  const [aStep, bStep] = [sizeOf(batchA) === 1 ? 0 : m * k, sizeOf(batchB) === 1 ? 0 : k * n]
  const size = { m, n, k, transposeA, transposeB, batch: sizeOf(batch), aStep, bStep }
  return { buffer: backend.matmul(a.buffer, b.buffer, size), shape: [...batch, m, n] }
}

function copy(x: Tensor, view: View) {
  return { buffer: backend.copy(x.buffer, view), shape: view.shape }
}
