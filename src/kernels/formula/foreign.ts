/**
 * What other languages write, and what formulas write instead: for the hints of errors.
 */

/** Signs of other languages, the longer ones first where one begins like another. */
const signs: Readonly<Record<string, string>> = {
  '**': 'For a power write a^b',
  '&&': 'Write a and b',
  '||': 'Write a or b',
  '===': 'Write a == b',
  '!==': 'Write a != b',
  '!': 'Write not a',
  '|': 'For a magnitude write abs(x)',
  '²': 'Write x^2',
  '³': 'Write x^3',
  '√': 'Write sqrt(x)',
  '·': 'Write a * b',
  '×': 'Write a * b',
  '÷': 'Write a / b',
  '−': 'Write a - b, with the sign of the keyboard',
  '≤': 'Write a <= b',
  '≥': 'Write a >= b',
  '≠': 'Write a != b',
}

/**
 * The functions of NumPy, PyTorch, JAX, mathjs and shaders that formulas do not have, in what they have. The names are in lower case and without
 * underscores.
 */
export const instead: Readonly<Record<string, string>> = {
  absolute: 'abs(x)',
  acot: 'atan(1 / x)',
  acoth: 'atanh(1 / x)',
  acsc: 'asin(1 / x)',
  acsch: 'asinh(1 / x)',
  arccos: 'acos(x)',
  arccosh: 'acosh(x)',
  arccosinus: 'acos(x)',
  arcsin: 'asin(x)',
  arcsinh: 'asinh(x)',
  arcsinus: 'asin(x)',
  arctan: 'atan(x)',
  arctan2: 'atan2(a, b)',
  arctanh: 'atanh(x)',
  around: 'round(x)',
  asec: 'acos(1 / x)',
  asech: 'acosh(1 / x)',
  celu: 'x > 0 ? x : expm1(x)',
  clamp: 'min(max(x, low), high)',
  clampmax: 'min(x, high)',
  clampmin: 'max(x, low)',
  clip: 'min(max(x, low), high)',
  compare: 'sign(a - b)',
  cosinus: 'cos(x)',
  cot: '1 / tan(x)',
  coth: '1 / tanh(x)',
  csc: '1 / sin(x)',
  csch: '1 / sinh(x)',
  deg2rad: 'x * pi / 180',
  degrees: 'x * 180 / pi',
  div: 'a / b',
  dotdivide: 'a / b',
  dotmultiply: 'a * b',
  dotpow: 'a^b',
  elu: 'x > 0 ? x : expm1(x)',
  erfcx: 'exp(x^2) * erfc(x)',
  exp10: '10^x',
  expit: 'sigmoid(x)',
  fabs: 'abs(x)',
  fix: 'trunc(x)',
  floatpower: 'a^b',
  floordivide: 'floor(a / b)',
  fmax: 'a != a ? b : b != b ? a : max(a, b)',
  fmin: 'a != a ? b : b != b ? a : min(a, b)',
  fmod: 'a - b * trunc(a / b)',
  fract: 'frac(x)',
  gelu: '0.5 * x * (1 + erf(x / sqrt(2)))',
  greater: 'a > b',
  greaterequal: 'a >= b',
  hardshrink: 'abs(x) > 0.5 ? x : 0',
  hardsigmoid: 'min(max(x + 3, 0), 6) / 6',
  hardsilu: 'x * min(max(x + 3, 0), 6) / 6',
  hardswish: 'x * min(max(x + 3, 0), 6) / 6',
  hardtanh: 'min(max(x, -1), 1)',
  if: 'c ? a : b',
  ifelse: 'c ? a : b',
  iff: 'c ? a : b',
  integerpow: 'a^b',
  inversesqrt: '1 / sqrt(x)',
  isclose: 'abs(a - b) <= 1e-8 + 1e-5 * abs(b)',
  isfinite: 'x - x == 0',
  isinf: 'abs(x) == Infinity',
  isinteger: 'x == round(x)',
  isnan: 'x != x',
  isnegative: 'x < 0',
  isneginf: 'x == -Infinity',
  isposinf: 'x == Infinity',
  ispositive: 'x > 0',
  iszero: 'x == 0',
  ldexp: 'a * exp2(b)',
  leakyrelu: 'x > 0 ? x : 0.01 * x',
  lerp: 'a + t * (b - a)',
  less: 'a < b',
  lessequal: 'a <= b',
  lg: 'log10(x)',
  ln: 'log(x)',
  log1pexp: 'softplus(x)',
  logaddexp2: 'log2(exp2(a) + exp2(b))',
  logcosh: 'abs(x) + softplus(-2 * abs(x)) - log(2)',
  logicaland: 'a and b',
  logicalnot: 'not a',
  logicalor: 'a or b',
  logicalxor: '(a != 0) != (b != 0)',
  logistic: 'sigmoid(x)',
  logn: 'log(x)',
  logsigmoid: '-softplus(-x)',
  maximum: 'max(a, b)',
  minimum: 'min(a, b)',
  mish: 'x * tanh(softplus(x))',
  mix: 'a + t * (b - a)',
  modf: 'frac(x)',
  mul: 'a * b',
  nantonum: 'x == x ? x : 0',
  ndtr: 'erfc(-x / sqrt(2)) / 2',
  ndtri: 'sqrt(2) * erfinv(2 * x - 1)',
  neg: '-x',
  negative: '-x',
  normcdf: 'erfc(-x / sqrt(2)) / 2',
  notequal: 'a != b',
  nthroot: 'x^(1 / n)',
  piecewise: 'c ? a : b',
  power: 'a^b',
  prelu: 'x > 0 ? x : a * x',
  rad2deg: 'x * 180 / pi',
  radians: 'x * pi / 180',
  ramp: 'max(x, 0)',
  reciprocal: '1 / x',
  relu: 'max(x, 0)',
  relu6: 'min(max(x, 0), 6)',
  rem: 'a - b * trunc(a / b)',
  remainder: 'mod(a, b)',
  rint: 'round(x)',
  rsqrt: '1 / sqrt(x)',
  saturate: 'min(max(x, 0), 1)',
  sec: '1 / cos(x)',
  sech: '1 / cosh(x)',
  select: 'c ? a : b',
  selu: '1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x))',
  sgn: 'sign(x)',
  sigm: 'sigmoid(x)',
  signbit: 'copysign(1, x) < 0',
  signum: 'sign(x)',
  silu: 'x * sigmoid(x)',
  sinpi: 'sin(pi * x)',
  sinus: 'sin(x)',
  smoothstep: '3 * t^2 - 2 * t^3',
  softshrink: 'sign(x) * max(abs(x) - 0.5, 0)',
  softsign: 'x / (1 + abs(x))',
  sqr: 'x^2',
  squareplus: '(x + sqrt(x^2 + 4)) / 2',
  step: 'x > 0 ? 1 : 0',
  sub: 'a - b',
  swish: 'x * sigmoid(x)',
  tangent: 'tan(x)',
  tanhshrink: 'x - tanh(x)',
  truedivide: 'a / b',
  xlog1py: 'a == 0 and b == b ? 0 : a * log1p(b)',
  xor: '(a != 0) != (b != 0)',
}

/** Methods of tensors that read more than one element, each with what else it is called. */
export const ofTensors: readonly (readonly string[])[] = (
  'all any argMax argMin argSort cosineSimilarity countNonzero cross cumMax cumMin cumprod cumsum determinant=det diff dot flip gather inverse=inv ' +
  'logCumSumExp=cumlogsumexp logSoftmax logSumExp matmul max=amax mean=average=avg median min=amin nanMean nanMedian nanSum norm normalize oneHot ' +
  'outer prod quantile=quantileseq=percentile roll softmax sort std sum=total topK trace variance=var'
)
  .split(' ')
  .map((names) => names.split('='))

/** Returns what to write instead of the sign at this position of a string, without a full stop; empty for unknown signs. */
export function hintForSign(text: string, position: number): string {
  for (const sign of Object.keys(signs)) {
    for (let start = Math.max(0, position - sign.length + 1); start <= position; start++)
      if (text.startsWith(sign, start)) return signs[sign]
  }
  return ''
}

/** Returns what to write instead of a function of this name; empty for unknown names. */
export function hintForFunction(name: string): string {
  const plain = name.replaceAll('_', '').toLowerCase()
  if (Object.hasOwn(instead, plain)) return `Write ${instead[plain]}.`
  const method = ofTensors.find((names) => names.some((other) => other.toLowerCase() === plain))?.[0]
  return method ? `Formulas are elementwise: call the method ${method} of the tensor that the formula gives.` : ''
}
