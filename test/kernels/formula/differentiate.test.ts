import test from 'ava'
import fc from 'fast-check'
import { all, create } from 'mathjs/number'
import { FormulaError } from '../../../src/errors.js'
import { numberAlgebra } from '../../../src/kernels/formula/algebra.js'
import { type Program, program } from '../../../src/kernels/formula/ast.js'
import { gradient, gradientName } from '../../../src/kernels/formula/differentiate.js'
import { type FunctionName, rows } from '../../../src/kernels/formula/functions.js'
import { interpret } from '../../../src/kernels/formula/interpret.js'
import { parse } from '../../../src/kernels/formula/parse.js'
import { print, printExpr } from '../../../src/kernels/formula/print.js'
import { argumentNames } from '../../../src/kernels/formula/row.js'
import { names, points, smoothExpr } from './arbitrary.js'

const math = create(all)

/** mathjs's derivatives without its simplification, which takes most of the time. */
const asDerived = { simplify: false }

type Point = Record<string, number>

const run = (source: Program, point: Point) =>
  interpret(source, numberAlgebra, point)[source.outputs[source.outputs.length - 1]]

/** ∂/∂wrt of the text at a point, with g = 1. */
const slope = (text: string, wrt: string, point: Point) => run(gradient(parse(text), wrt), { g: 1, ...point })

/** Central differences, extrapolated: the error is of order h⁴. */
function difference(source: Program, wrt: string, point: Point, h = 1e-3): number {
  const at = (shift: number) => run(source, { ...point, [wrt]: point[wrt] + shift })
  const once = (at(h) - at(-h)) / (2 * h)
  const twice = (at(h / 2) - at(-h / 2)) / h
  return (4 * twice - once) / 3
}

function isClose(a: number, b: number, tolerance: number): boolean {
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))
}

const samples: Point[] = [
  { x: 0.3, a: 0.7, b: 1.6, c: 1 },
  { x: -0.6, a: -1.3, b: 2.2, c: 0 },
  { x: 0.8, a: 2.4, b: -0.9, c: -2 },
]

/** Where the function is defined and smooth. */
const pointsOf = (fn: FunctionName): Point[] => {
  if (fn === 'pow') return samples.map((point) => ({ ...point, a: Math.abs(point.a) }))
  if (fn === 'acosh') return samples.map((point) => ({ ...point, x: point.x + 2 }))
  if (fn === 'xlogy') return samples.map((point) => ({ ...point, b: Math.abs(point.b) }))
  if (/^(sqrt|logit|log(2|10|1mexp)?)$/.test(fn)) return samples.map((point) => ({ ...point, x: Math.abs(point.x) }))
  return samples
}

const textOf = (fn: FunctionName) => {
  if (fn === 'and' || fn === 'or') return `a ${fn} b`
  return fn === 'not' ? 'not x' : `${fn}(${argumentNames[rows[fn].arity].join(', ')})`
}

for (const fn of Object.keys(rows) as FunctionName[]) {
  test(`the first and second derivatives of ${fn} are what differences say`, (t) => {
    const source = parse(textOf(fn))
    for (const wrt of source.inputs) {
      const first = gradient(source, wrt)
      for (const point of pointsOf(fn)) {
        const at = { ...point, g: 1.5, g2: 1 }
        t.true(
          isClose(run(first, at), 1.5 * difference(source, wrt, point), 1e-9),
          `${first.text} at ${JSON.stringify(at)}`,
        )
        for (const wrt2 of first.inputs) {
          const second = gradient(first, wrt2)
          t.true(isClose(run(second, at), difference(first, wrt2, at), 1e-9), `${second.text} at ${JSON.stringify(at)}`)
        }
      }
    }
  })
}

test("derivatives of random formulas are mathjs's", (t) => {
  fc.assert(
    fc.property(smoothExpr, points, fc.constantFrom(...names), (expr, point, wrt) => {
      const text = printExpr(expr)
      fc.pre(parse(text).inputs.includes(wrt))
      const expected = Number(math.derivative(text, wrt, asDerived).evaluate({ ...point }))
      const found = slope(text, wrt, point)
      t.true(
        isClose(found, expected, 1e-9),
        `∂/∂${wrt} ${text}: ${found}, mathjs ${expected} at ${JSON.stringify(point)}`,
      )
    }),
    { seed: 4, numRuns: 500 },
  )
})

test('second derivatives of random formulas are those of mathjs', (t) => {
  fc.assert(
    fc.property(smoothExpr, points, (expr, point) => {
      const text = printExpr(expr)
      fc.pre(parse(text).inputs.includes('x'))
      const first = gradient(parse(text), 'x')
      fc.pre(first.inputs.includes('x'))
      const expected = Number(
        math.derivative(math.derivative(text, 'x', asDerived), 'x', asDerived).evaluate({ ...point }),
      )
      const found = run(gradient(first, 'x'), { g: 1, g2: 1, ...point })
      t.true(isClose(found, expected, 1e-8), `${text}: ${found}, mathjs ${expected} at ${JSON.stringify(point)}`)
    }),
    { seed: 5, numRuns: 200 },
  )
})

test('derived programs print as they are', (t) => {
  fc.assert(
    fc.property(smoothExpr, (expr) => {
      const source = program('', [{ name: 'y', value: expr }])
      fc.pre(source.inputs.includes('x'))
      const derived = gradient(source, 'x')
      t.is(print(derived), derived.text)
      t.deepEqual(parse(derived.text).statements, derived.statements)
      t.is(derived.outputs[0], derived.statements[derived.statements.length - 1].name)
    }),
    { seed: 6, numRuns: 200 },
  )
})

const written: [formula: string, derivative: string, reusing?: string][] = [
  ['a + x', 'd_x = g'],
  ['a - x', 'd_x = -g'],
  ['a * x', 'd_x = g * a'],
  ['tanh(x)', 'd_x = g * (1 - tanh(x)^2)', 'd_x = g * (1 - y^2)'],
  ['exp(x)', 'd_x = g * exp(x)', 'd_x = g * y'],
  ['0.5 * x^2', 'd_x = g * x'],
  ['x^3', 'd_x = 3 * (g * x^2)'],
  ['x^n', 'd_x = n == 0 ? 0 : g * n * x^(n - 1)'],
  ['e^x', 'd_x = g * e^x', 'd_x = g * y'],
  ['sqrt(x^2 + 1)', 'd_x = 2 * (g / (2 * sqrt(x^2 + 1)) * x)', 'd_x = 2 * (g / (2 * y) * x)'],
  ['max(x, 0)', 'd_x = x < 0 ? 0 : x == 0 ? g / 2 : g'],
  ['x > 0 ? x : 0.01 * x', 'd_x = x > 0 ? g : 0.01 * g'],
  ['x > 0 ? log(x) : 0', 'd_x = x > 0 ? g / x : 0'],
  ['floor(x) + a', 'd_x = 0'],
  ['u = sin(x)\nu * u', 't = g * sin(x)\nd_x = (t + t) * cos(x)'],
  ['x = x + 1\nx = x * a', 'd_x = g * a'],
]
for (const [formula, derivative, reusing = derivative] of written) {
  test(`the derivative of ${formula.replace('\n', '; ')} is ${derivative.replace('\n', '; ')}`, (t) => {
    t.is(gradient(parse(formula), 'x').text, derivative)
    t.is(gradient(parse(formula), 'x', { reuseOutput: true }).text, reusing)
  })
}

test('the gradient is an ordinary program with one output', (t) => {
  const derived = gradient(parse('u = sin(x)\ny = u * u * w'), 'x', { output: 'y' })
  t.deepEqual([...derived.inputs].sort(), ['g', 'w', 'x'])
  t.deepEqual(derived.outputs, ['d_x'])
  t.true(derived.statements.length > 1)
})

test('the same arguments give the same program', (t) => {
  const source = parse('a * b')
  t.is(gradient(source, 'a'), gradient(source, 'a', { output: 'y', reuseOutput: false }))
  t.not(gradient(source, 'a'), gradient(source, 'b'))
})

test('gradients of gradients find a new name for g', (t) => {
  const first = gradient(parse('x^3'), 'x')
  const second = gradient(first, 'x')
  t.deepEqual([gradientName(parse('x^3')), gradientName(first), gradientName(second)], ['g', 'g2', 'g3'])
  t.is(run(gradient(second, 'x'), { x: 2, g: 1, g2: 1, g3: 1 }), 6)
  t.is(gradient(first, 'g').text, 'd_g = 3 * (g2 * x^2)')
})

test('names already in use are left alone', (t) => {
  const source = parse('t = sin(d_x * x)\nt * t + g * t2')
  const derived = gradient(source, 'x')
  t.deepEqual(derived.outputs, ['d_x2'])
  const point = { d_x: 0.4, x: 0.9, g: 5, t2: 7, g2: 1 }
  t.true(isClose(run(derived, point), difference(source, 'x', point), 1e-9))
})

test('an output that shares an input its name is not reused', (t) => {
  t.is(gradient(parse('y = exp(y)'), 'y', { reuseOutput: true }).text, 'd_y = g * exp(y)')
})

test('ties of min and max share the gradient, as in PyTorch', (t) => {
  for (const fn of ['min', 'max']) {
    for (const wrt of ['a', 'b']) {
      t.is(slope(`${fn}(a, b)`, wrt, { a: 2, b: 2 }), 0.5)
      t.is(slope(`${fn}(a, b)`, wrt, { a: NaN, b: 2 }), 1)
    }
  }
})

test('at kinks and edges derivatives are what PyTorch gives', (t) => {
  t.deepEqual(slope('abs(x)', 'x', { x: 0 }), 0)
  t.deepEqual(slope('x^2', 'x', { x: 0 }), 0)
  t.deepEqual(slope('x^0', 'x', { x: 0 }), 0)
  t.deepEqual(slope('x^n', 'x', { x: 0, n: 0 }), 0)
  t.deepEqual(slope('x^n', 'x', { x: 0, n: 2 }), 0)
  t.deepEqual(slope('x^n', 'x', { x: -3, n: 2 }), -6)
  t.deepEqual(slope('x^n', 'n', { x: 0, n: 2 }), 0)
  t.deepEqual(slope('x^n', 'n', { x: 0, n: 0 }), 0)
  t.deepEqual(slope('x^n', 'n', { x: 0, n: -1 }), -Infinity)
  t.deepEqual(slope('x^n', 'n', { x: -1, n: 2 }), NaN)
  t.deepEqual(slope('sqrt(x)', 'x', { x: 0 }), Infinity)
  t.deepEqual(slope('mod(a, b)', 'b', { a: 7, b: 2 }), -3)
})

test('a branch not taken passes no NaN back', (t) => {
  t.is(slope('x > 0 ? log(x) : 0', 'x', { x: 0 }), 0)
  t.is(slope('x > 0 ? sqrt(x) * x : 3 * x', 'x', { x: 0 }), 3)
  t.is(slope('x == 0 ? 1 : sin(x) / x', 'x', { x: 0 }), 0)
})

test('deep formulas do not blow up', (t) => {
  const lines = Array.from({ length: 60 }, (_, i) => `u${i + 1} = sin(u${i}) * u${i} + max(u${i}, 0.1)`)
  const source = parse(`u0 = x\n${lines.join('\n')}\nu60`)
  const second = gradient(gradient(source, 'x'), 'x')
  t.true(gradient(source, 'x').text.length < 10_000, String(gradient(source, 'x').text.length))
  t.true(second.text.length < 40_000, String(second.text.length))
})

test('a nest of max stays small', (t) => {
  const source = parse(`max(${Array.from({ length: 40 }, (_, i) => `x^${i}`)})`)
  const derived = gradient(source, 'x')
  t.true(derived.text.length < 20_000, String(derived.text.length))
  t.is(run(derived, { x: 2, g: 1 }), 39 * 2 ** 38)
})

test('what cannot be differentiated is said', (t) => {
  const several = parse('u = x\nv = 2 * x')
  const message = (run: () => unknown) => t.throws(run, { instanceOf: FormulaError }).message
  t.is(
    message(() => gradient(parse('a * b'), 'z')),
    'gradient: the formula has no input z. It has a, b.',
  )
  t.is(
    message(() => gradient(parse('2'), 'z')),
    'gradient: the formula has no input z. It has none.',
  )
  t.is(
    message(() => gradient(several, 'x', { output: 'w' })),
    'gradient: the formula has no output w. It has u, v.',
  )
  t.regex(
    message(() => gradient(several, 'x')),
    /^gradient: the formula has several outputs, u, v\. Choose one: .*\nu = x\nv = 2/,
  )
})
