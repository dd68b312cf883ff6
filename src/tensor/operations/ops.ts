/**
 * THE TABLE: every primitive operation, with its gradient. A formula is a whole operation (x, a, b inputs; y output; g gradient
 * of y); its gradients can be derived from it. Gradients written next to it are either the same, for the reader (a test compares them), or
 * faster or more stable, and replace the derived ones. The other rows are two functions each: how to compute the numbers, and how the
 * gradient comes back. They are in `shape-rows.ts`, `reduction-rows.ts`, `matrix-rows.ts`, … The documented functions that users call are
 * in the file of their chapter: `arithmetic.ts`, `exponentials.ts`, …
 */
import { nameRows, op } from '../operation.js'
import { convolutionRows } from './convolution-rows.js'
import { decompositionRows } from './decomposition-rows.js'
import { matrixRows } from './matrix-rows.js'
import { normalizationRows } from './normalization-rows.js'
import { poolingRows } from './pooling-rows.js'
import { reductionRows } from './reduction-rows.js'
import { shapeRows } from './shape-rows.js'
import { singularValueRows } from './singular-value-rows.js'
import { triangularRows } from './triangular-rows.js'

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
