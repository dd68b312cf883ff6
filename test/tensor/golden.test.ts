/**
 * Values and gradients of tensor operations against PyTorch and NumPy, at ordinary and at special points: ±0, ±∞, NaN, kinks, ties.
 */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { arange, type CovarianceOptions, grads, type Tensor, tensor } from '../../src/index.js'

type Json = number | string | boolean | null | Json[]
interface Case {
  op: string
  inputs: Json[]
  args: never[]
  shape: number[]
  result: Json
  gradients: Json[] | null
}

const cases = ['torch-tensor', 'small-operations'].flatMap(
  (file) => JSON.parse(readFileSync(new URL(`../golden/${file}.json`, import.meta.url), 'utf8')).cases as Case[],
)

type Call = (args: never[], ...xs: Tensor[]) => Tensor
const reduction =
  (
    name:
      | 'sum'
      | 'mean'
      | 'prod'
      | 'max'
      | 'min'
      | 'variance'
      | 'std'
      | 'logSumExp'
      | 'nanSum'
      | 'nanMean'
      | 'nanMedian',
  ): Call =>
  ([axis, keepDims], x) =>
    x[name](axis, { keepDims })

function covariances(name: 'cov' | 'corrcoef', options: object, x: Tensor): Tensor {
  const { transposed, ...rest } = options as CovarianceOptions & { transposed?: boolean }
  return transposed ? x.transpose()[name]({ ...rest, rowVar: false }) : x[name](rest)
}

/** What PyTorch calls differently, or with other arguments. All others: the same name, in camelCase, arguments in order. */
const calls: Record<string, Call> = {
  hardsigmoid: (_, x) => x.hardSigmoid(),
  hardswish: (_, x) => x.hardSwish(),
  hardtanh: (args, x) => x.hardTanh(...(args as [])),
  logsigmoid: (_, x) => x.logSigmoid(),
  gelu: ([approximate], x) => x.gelu({ approximate: approximate ?? 'none' }),
  clamp: ([low, high], x) => x.clip(low, high),
  isnan: (_, x) => x.isNaN(),
  isfinite: (_, x) => x.isFinite(),
  isinf: (_, x) => x.isInf(),
  remainder: (_, a, b) => a.mod(b),
  floor_divide: (_, a, b) => a.floorDiv(b),
  eq: (_, a, b) => a.equal(b),
  ne: (_, a, b) => a.notEqual(b),
  lt: (_, a, b) => a.less(b),
  le: (_, a, b) => a.lessEqual(b),
  gt: (_, a, b) => a.greater(b),
  ge: (_, a, b) => a.greaterEqual(b),
  lerp: ([t], a, b) => a.lerp(b, t),
  sum: reduction('sum'),
  mean: reduction('mean'),
  prod: reduction('prod'),
  amax: reduction('max'),
  amin: reduction('min'),
  var: reduction('variance'),
  std: reduction('std'),
  logsumexp: reduction('logSumExp'),
  quantile: ([q, axis, last], x) =>
    x.quantile(q, axis, typeof last === 'string' ? { method: last } : { keepDims: last }),
  median: ([axis, method], x) => x.median(axis, { method }),
  nan_sum: reduction('nanSum'),
  nan_mean: reduction('nanMean'),
  nan_median: reduction('nanMedian'),
  cov: ([options], x) => covariances('cov', options, x),
  corrcoef: ([options], x) => covariances('corrcoef', options, x),
  normalize: ([order, axis, options], x) => x.normalize(Number(order), axis, options),
  logcumsumexp: ([axis], x) => x.logCumSumExp(axis),
  trapezoid_at: ([axis], y, x) => y.trapezoid({ x, axis }),
  weighted: ([bins, density], x, weights) => x.histogram(bins, { range: [0, 4], weights, density }).counts,
  density: ([bins], x) => x.histogram(bins, { range: [0, 4], density: true }).counts,
  norm: ([p, axis, keepDims], x) => x.norm(Number(p), axis, { keepDims }),
  cummax: ([axis], x) => x.cumMax(axis),
  cummin: ([axis], x) => x.cumMin(axis),
  sort: ([axis, descending], x) => x.sort(axis, { descending }),
  argsort: ([axis, descending], x) => x.argSort(axis, { descending }),
  topk: ([k, axis, largest], x) => x.topK(k, axis, { largest }).values,
  argmax: ([axis], x) => x.argMax(axis),
  argmin: ([axis], x) => x.argMin(axis),
  repeat_interleave: ([times, axis], x) => x.repeat(times, axis),
  pad: ([widths, mode], x) => x.pad(widths, { mode, value: 7 }),
  take_along: ([indices, axis], x) => x.takeAlongAxis(indices, axis),
  histogram: ([bins, low, high], x) => x.histogram(bins, { range: [low, high] }).counts,
}

const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase())

function run({ op, args }: Case, xs: Tensor[]): Tensor {
  if (calls[op]) return calls[op](args, ...xs)
  const [x, ...rest] = xs
  return (x as unknown as Record<string, (...all: unknown[]) => Tensor>)[camelCase(op)](...rest, ...args)
}

const decode = (value: Json): number | boolean | (number | boolean)[] =>
  Array.isArray(value) ? (value.map(decode) as number[]) : typeof value === 'string' ? Number(value) : (value as number)
const flat = (value: Json) => [decode(value)].flat(9).map(Number)
const input = (value: Json) => tensor(decode(value) as number[], { dtype: 'float64' })

/** Where nabla knowingly differs, by the inputs at the place in question: of the value, or of its gradient alone. */
const valueDiffers: Record<string, (a: number, b: number) => boolean> = {
  sign: (x) => Number.isNaN(x), // NaN, as in NumPy; PyTorch: 0
}
const gradientDiffers: typeof valueDiffers = {
  softsign: (x) => Math.abs(x) === Number.POSITIVE_INFINITY, // 0, the limit; PyTorch: NaN
  remainder: (a) => Math.abs(a) === Number.POSITIVE_INFINITY, // −floor(a / b); PyTorch: NaN
  acosh: (x) => x < 1, // NaN, as the value; PyTorch: ∞ at −1
}

/** PyTorch computes these with constants in float32. */
const tolerances: Record<string, number> = { celu: 1e-7, hardsigmoid: 1e-7 }

/** Equal up to rounding; NaN and ∞ exactly. */
function firstDifference(
  got: ArrayLike<number>,
  want: number[],
  tolerance: number,
  isExempt: (i: number) => boolean,
): string | undefined {
  if (got.length !== want.length) return `${got.length} numbers, not ${want.length}`
  const wrong = want.findIndex((w, i) => {
    if (Object.is(got[i], w) || isExempt(i)) return false
    return !(Number.isFinite(w) && Math.abs(got[i] - w) <= tolerance * Math.max(1, Math.abs(w)))
  })
  return wrong < 0 ? undefined : `at ${wrong}: ${got[wrong]}, not ${want[wrong]}`
}

const byName = new Map<string, Case[]>()
for (const c of cases) byName.set(c.op, [...(byName.get(c.op) ?? []), c])

for (const [op, list] of byName) {
  test(`${op} gives PyTorch's (or NumPy's) values and gradients`, (t) => {
    for (const c of list) {
      const xs = c.inputs.map(input)
      const about = `${JSON.stringify(c.args)} of ${JSON.stringify(c.inputs).slice(0, 300)}`
      const y = run(c, xs)
      t.deepEqual(y.shape, c.shape, about)
      const points = c.inputs.map(flat)
      const differs = (i: number) => valueDiffers[op]?.(points[0][i], points[1]?.[i]) ?? false
      t.is(firstDifference(y.dataSync(), flat(c.result), 1e-13, differs), undefined, about)
      if (!c.gradients) continue
      const loss = (...args: Tensor[]) => {
        const result = run(c, args)
        return result.mul(arange(1, result.size + 1, 1, { dtype: 'float64' }).reshape(result.shape)).sum()
      }
      const got = grads(loss)(...xs)
      // At NaN, PyTorch's gradients of one function depend on the length of the array
      const gradientMayDiffer = (i: number) =>
        differs(i) ||
        points.some((x) => Number.isNaN(x[i])) ||
        (gradientDiffers[op]?.(points[0][i], points[1]?.[i]) ?? false)
      c.gradients.forEach((want, i) => {
        const difference = firstDifference(got[i].dataSync(), flat(want), tolerances[op] ?? 1e-12, gradientMayDiffer)
        t.is(difference, undefined, `gradient ${i} ${about}`)
      })
    }
  })
}
