/**
 * Walks the whole table. Formulas are checked forward against a plain float64 interpretation and backward against central
 * differences, first and second order, with every broadcasting pattern.
 */
import test from 'ava'
import { gradcheck, grads, type Tensor, tensor } from '../../../src/index.js'
import { numberAlgebra } from '../../../src/kernels/formula/algebra.js'
import { gradient } from '../../../src/kernels/formula/differentiate.js'
import { interpret } from '../../../src/kernels/formula/interpret.js'
import { parse } from '../../../src/kernels/formula/parse.js'
import { print, printExpr } from '../../../src/kernels/formula/print.js'
import { type ElementwiseRow, elementwise, op } from '../../../src/tensor/operation.js'
import { ops } from '../../../src/tensor/operations/ops.js'
import { cases, delicatePoints, domains, draw, type Formulas, patterns } from './op-cases.js'

/** The formula over broadcast inputs, number by number. */
function expected(row: ElementwiseRow, xs: readonly Tensor[], shape: readonly number[]): number[] {
  const spread = xs.map((x) => x.broadcastTo(shape).dataSync())
  const [output] = row.program.outputs
  return Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => {
    const env = Object.fromEntries(row.program.inputs.map((name, j) => [name, spread[j][i]]))
    return interpret(row.program, numberAlgebra, env)[output]
  })
}

function close(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || (Number.isFinite(b) && Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)))
}

for (const [name, { inputs, smooth = true }] of Object.entries(domains)) {
  const row = ops[name as Formulas]
  test(`${name} computes its formula, in float64 and float32, with every broadcasting pattern`, (t) => {
    patterns[inputs.length - 1].forEach((shapes, p) => {
      const xs = inputs.map((range, i) => draw(shapes[i], range, 10 * p + i))
      const y = elementwise(row, xs)
      const want = expected(row, xs, y.shape)
      const got = [...y.dataSync()]
      t.true(
        got.every((v, i) => close(v, Number(want[i]), 1e-14)),
        `${JSON.stringify(shapes)}: ${got} ≠ ${want}`,
      )
      const single = elementwise(
        row,
        xs.map((x) => x.cast('float32')),
      )
      t.true(
        [...single.dataSync()].every((v, i) => close(v, Number(want[i]), 2e-5)),
        `float32 ${JSON.stringify(shapes)}`,
      )
    })
  })
  if (!smooth) continue
  test(`${name} passes gradcheck and its gradient passes gradcheck`, (t) => {
    patterns[inputs.length - 1].forEach((shapes, p) => {
      const xs = inputs.map((range, i) => draw(shapes[i], range, 100 + 10 * p + i))
      const f = (...args: Tensor[]) => elementwise(row, args)
      t.true(gradcheck(f, xs))
      xs.forEach((_, i) => {
        t.true(
          gradcheck(
            (...args) =>
              grads((...bs) =>
                f(...bs)
                  .mul(f(...bs))
                  .sum(),
              )(...args)[i],
            xs,
            { rtol: 1e-4, atol: 1e-5 },
          ),
        )
      })
    })
  })
}

for (const [name, { inputs, smooth = true }] of Object.entries(domains)) {
  if (!smooth || inputs.length < 2) continue
  test(`${name} passes gradcheck where inputs are equal: what they get adds up to one derivative`, (t) => {
    const row = ops[name as Formulas]
    for (const tied of subsets(inputs.length)) {
      for (const range of common(tied.map((i) => inputs[i]))) {
        const others = inputs.flatMap((own, i) => (tied.includes(i) ? [] : [draw([6], own, 30 + i)]))
        const f = (s: Tensor, ...rest: Tensor[]) => {
          const left = rest.slice()
          return elementwise(
            row,
            inputs.map((_, i) => (tied.includes(i) ? s : (left.shift() as Tensor))),
          )
        }
        t.true(gradcheck(f, [draw([6], range, 29), ...others]), `${tied}`)
      }
    }
  })
}

/** The numbers that all of these ranges hold; where there are none, each of the ranges. */
function common(ranges: [low: number, high: number][]): [low: number, high: number][] {
  const low = Math.max(...ranges.map((range) => range[0]))
  const high = Math.min(...ranges.map((range) => range[1]))
  return low < high ? [[low, high]] : ranges
}

/** Every choice of two or more of `count` inputs. */
function subsets(count: number): number[][] {
  const all = Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (_, i) => i).filter((i) => bits & (2 ** i)),
  )
  return all.filter((chosen) => chosen.length > 1)
}

/** Values whose inputs cancel, and gradients of inputs that are never tensors. */
const cancelling = new Set(['lerp value', 'celu alpha'])

for (const [name, domain] of Object.entries(domains)) {
  if (domain.smooth === false) continue
  test(`${name} and its gradients keep their digits in float32, next to 0 and ±1 too`, (t) => {
    const row = ops[name as Formulas]
    const points = delicatePoints(domain)
    const results = (dtype: 'float32' | 'float64') => {
      const xs = points.map((values) => tensor(values, { dtype }))
      const gradients = grads((...args) => elementwise(row, args).sum())(...xs)
      return [elementwise(row, xs), ...gradients].map((y) => [...y.dataSync()])
    }
    const [got, want] = [results('float32'), results('float64')]
    const names = ['value', ...row.program.inputs]
    names.forEach((what, k) => {
      if (cancelling.has(`${name} ${what}`)) return
      got[k].forEach((v, i) => {
        const w = want[k][i]
        const isClose = Number.isFinite(w) && Math.abs(v - w) <= 2e-6 * Math.abs(w) + 1e-37
        t.true(isClose, `${what} at ${points.map((x) => x[i])}: ${v}, in float64 ${w}: does it cancel?`)
      })
    })
  })
}

/** Every combination of `count` special numbers, one list per input. */
function specialPoints(count: number): number[][] {
  const special = [0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
  const size = special.length ** count
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: size }, (_, n) => special[Math.floor(n / special.length ** i) % special.length]),
  )
}

for (const [name, { inputs }] of Object.entries(domains)) {
  test(`${name} has NaN and infinities where its formula has them`, (t) => {
    const row = ops[name as Formulas]
    for (const dtype of ['float64', 'float32'] as const) {
      const xs = specialPoints(inputs.length).map((values) => tensor(values, { dtype }))
      const got = elementwise(row, xs).dataSync()
      const want = expected(row, xs, xs[0].shape)
      want.forEach((v, i) => {
        const isSame = Number.isNaN(v) ? Number.isNaN(got[i]) : got[i] === v || close(got[i], v, 1e-6)
        t.true(isSame, `${dtype} at ${xs.map((x) => x.dataSync()[i])}: ${got[i]}, not ${v}`)
      })
    }
  })
}

for (const [name, list] of Object.entries(cases)) {
  test(`${name} computes what its definition says`, (t) => {
    for (const { f, inputs, want } of list) {
      const got = [...f(...inputs).dataSync()]
      const wanted = want(...inputs.map((x) => [...x.dataSync()]))
      t.is(got.length, wanted.length)
      t.true(
        got.every((v, i) => close(v, wanted[i], 1e-13)),
        `${got} ≠ ${wanted}`,
      )
    }
  })
  test(`${name} passes gradcheck and its gradient passes gradcheck`, (t) => {
    for (const { f, inputs } of list) {
      t.true(gradcheck(f, inputs))
      inputs.forEach((_, i) => {
        t.true(
          gradcheck(
            (...xs) =>
              grads((...ys) =>
                f(...ys)
                  .square()
                  .sum(),
              )(...xs)[i],
            inputs,
            { rtol: 1e-4, atol: 1e-5 },
          ),
        )
      })
    }
  })
}

/** Gradients that are not what the formula gives by itself: why. */
const own: Record<string, string> = {
  'div b': 'without a division more',
  'squaredDifference a': 'factors gathered',
  'squaredDifference b': 'factors gathered',
  'square x': 'factors gathered',
  'cos x': 'the sign in front',
  'floorDiv a': 'steps: 0, whatever the branches hold',
  'floorDiv b': 'steps: 0, whatever the branches hold',
  'rootOfSquares x': '0 at 0',
  'powerOfSize x': '0 at 0',
  'rootOfPowers x': '0 at 0',
  'lerp a': 'without the branches',
  'lerp b': 'without the branches',
  'rsqrt x': 'reads y',
  'reciprocal x': 'reads y',
  'clip x': 'the whole gradient at the bounds, as in PyTorch',
  'clip low': 'nothing at the bounds, which x has',
  'clip high': 'nothing at the bounds, which x has',
  'relu x': '0 at 0, as in PyTorch',
  'relu6 x': '0 at the kinks, as in PyTorch',
  'elu x': 'g before alpha',
  'selu x': 'one product',
  'celu x': 'alpha cancels',
  'softsign x': 'without a product rule',
  'hardSigmoid x': '0 at the kinks, as in PyTorch',
  'hardSwish x': 'as in PyTorch at the kinks',
  'hardTanh x': '0 at the kinks, as in PyTorch',
  'hardTanh low': 'the whole gradient at the kinks',
  'tanhShrink x': 'without the branches',
  'hardTanh high': 'the whole gradient at the kinks',
}

test('a row of several lines is its last one', (t) => {
  const x = tensor([1, 2, 3], { requiresGrad: true })
  const y = elementwise(op('s = x^2\ns + x'), [x])
  t.deepEqual(y.toArray(), [2, 6, 12])
  y.sum().backward()
  t.deepEqual(x.grad?.toArray(), [3, 5, 7])
})

test('gradients written by hand equal those derived, but for those that are listed', (t) => {
  const different: string[] = []
  for (const [name, row] of Object.entries(ops)) {
    if (!('rules' in row && 'formula' in row)) continue
    for (const [input, rule] of Object.entries(row.rules)) {
      const [derived] = gradient(row.program, input, { reuseOutput: true }).statements.slice(-1)
      if (gradient(row.program, input, { reuseOutput: true }).statements.length > 1) different.push(`${name} ${input}`)
      else if (printExpr(derived.value) !== print(parse(rule))) different.push(`${name} ${input}`)
    }
  }
  t.deepEqual(
    different.sort(),
    Object.keys(own).sort(),
    'a rule by hand that is not the derived one: write it as derived, leave it out, or say in `own` (above) why it differs',
  )
})
