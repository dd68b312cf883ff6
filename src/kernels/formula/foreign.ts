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

/** The functions most asked for that formulas do not have, in what they have. */
export const instead: Readonly<Record<string, string>> = {
  arctan2: 'atan2(a, b)',
  clamp: 'min(max(x, low), high)',
  clip: 'min(max(x, low), high)',
  cot: '1 / tan(x)',
  coth: '1 / tanh(x)',
  csc: '1 / sin(x)',
  csch: '1 / sinh(x)',
  elu: 'x > 0 ? x : expm1(x)',
  exp10: '10^x',
  fix: 'trunc(x)',
  fmod: 'a - b * trunc(a / b)',
  gelu: '0.5 * x * (1 + erf(x / sqrt(2)))',
  if: 'c ? a : b',
  leakyRelu: 'x > 0 ? x : 0.01 * x',
  ln: 'log(x)',
  log1pexp: 'softplus(x)',
  logistic: 'sigmoid(x)',
  maximum: 'max(a, b)',
  minimum: 'min(a, b)',
  relu: 'max(x, 0)',
  rsqrt: '1 / sqrt(x)',
  sec: '1 / cos(x)',
  sech: '1 / cosh(x)',
  sgn: 'sign(x)',
  silu: 'x * sigmoid(x)',
  sinpi: 'sin(pi * x)',
  step: 'x > 0 ? 1 : 0',
  swish: 'x * sigmoid(x)',
  xlog1py: 'a == 0 and b == b ? 0 : a * log1p(b)',
}

/** Functions of more than one element. */
const ofTensors = new Set(
  'argMax dot logSoftmax logSumExp logsumexp matmul mean norm prod softmax std sum variance'.split(' '),
)

/** What to write instead of the sign at this position of a text, without a full stop; empty when it is none that is known. */
export function hintForSign(text: string, position: number): string {
  for (const sign of Object.keys(signs)) {
    for (let start = Math.max(0, position - sign.length + 1); start <= position; start++)
      if (text.startsWith(sign, start)) return signs[sign]
  }
  return ''
}

/** What to write instead of a function of this name, in camel case; empty when it is none that is known. */
export function hintForFunction(name: string): string {
  if (Object.hasOwn(instead, name)) return `Write ${instead[name]}.`
  return ofTensors.has(name)
    ? `Formulas are elementwise: call the method ${name} of the tensor that the formula gives.`
    : ''
}
