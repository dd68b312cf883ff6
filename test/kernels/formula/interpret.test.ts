import test from 'ava'
import fc from 'fast-check'
import { all, create } from 'mathjs/number'
import { FormulaError } from '../../../src/errors.js'
import { type Algebra, numberAlgebra } from '../../../src/kernels/formula/algebra.js'
import { program } from '../../../src/kernels/formula/ast.js'
import { type FunctionName, isDefined, rows } from '../../../src/kernels/formula/functions.js'
import { interpret } from '../../../src/kernels/formula/interpret.js'
import { parse } from '../../../src/kernels/formula/parse.js'
import { printExpr } from '../../../src/kernels/formula/print.js'
import { plainExpr, points } from './arbitrary.js'

const math = create(all, { relTol: Number.MIN_VALUE, absTol: 0 })
const { sigmoid, softplus, erf } = numberAlgebra
const { cbrt, erfc } = numberAlgebra // mathjs's cbrt is not Math's to the last bit; erfc and most of what is defined it lacks
const defined = Object.fromEntries(
  (Object.keys(rows) as FunctionName[]).filter(isDefined).map((fn) => {
    const own = numberAlgebra[fn] as (...args: number[]) => number
    return [fn, (...args: unknown[]) => own(...args.map(Number))]
  }),
)
// mathjs has JavaScript's pow, where 1 to the power NaN is NaN
const pow = (a: unknown, b: unknown) => numberAlgebra.pow(Number(a), Number(b))
math.import({ ...defined, cbrt, erfc, sigmoid, softplus, erf, pow }, { override: true })

const evaluate = (text: string, env: Record<string, number> = {}) => interpret(parse(text), numberAlgebra, env).y

test('random formulas have the value that mathjs gives them', (t) => {
  let finite = 0
  fc.assert(
    fc.property(plainExpr, points, (expr, env) => {
      const { y } = interpret(program('', [{ name: 'y', value: expr }]), numberAlgebra, env)
      const expected = Number(math.evaluate(printExpr(expr), { ...env }))
      if (Number.isFinite(y)) finite++
      t.true(
        y === expected || (Number.isNaN(y) && Number.isNaN(expected)),
        `${printExpr(expr)}: ${y}, mathjs ${expected}`,
      )
    }),
    { seed: 3, numRuns: 2000 },
  )
  t.true(finite > 1000, `only ${finite} finite values`)
})

test('conditions and logic agree with mathjs', (t) => {
  const texts = [
    'x > w ? x : w',
    '0 < x < 1',
    'x > 0 and w > 0 ? 1 : x < 0 or w < 0 ? 2 : 3',
    'not (x > w)',
    'x != w',
    'x ? 1 : 2',
  ]
  for (const text of texts) {
    for (const x of [-1, 0, 0.5, 2]) {
      for (const w of [-1, 0, 0.5]) t.is(evaluate(text, { x, w }), Number(math.evaluate(text, { x, w })), text)
    }
  }
})

test('statements run in order, and temporaries stay inside', (t) => {
  const source = parse('u = x^2\nx = x + 1\nu * x')
  t.deepEqual(interpret(source, numberAlgebra, { x: 2 }), { u: 4, x: 3, y: 12 })
  t.deepEqual(interpret(program('', source.statements, ['y']), numberAlgebra, { x: 2 }), { y: 12 })
})

test('powers of 1 and of −1 are those of C, and the remainder is exact', (t) => {
  const values = [
    '1^NaN',
    'NaN^0',
    '(-1)^Infinity',
    '1^(-Infinity)',
    'mod(1, 0.1)',
    'mod(-1, Infinity)',
    'mod(5, -Infinity)',
  ]
  t.deepEqual(
    values.map((text) => evaluate(text)),
    [1, 1, 1, 1, 0.09999999999999995, Infinity, -Infinity],
  )
})

test('NaN counts as true', (t) => {
  t.deepEqual(
    ['NaN ? 1 : 2', 'NaN and 1', 'NaN or 0', 'not NaN'].map((text) => evaluate(text)),
    [1, 1, 1, 0],
  )
})

test('round goes to the even neighbour at a half', (t) => {
  const rounded = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994, 2.6, -2.6, 2 ** 52 + 1, Infinity].map((x) =>
    evaluate('round(x)', { x }),
  )
  t.deepEqual(rounded, [-2, -2, -0, 0, 2, 2, 0, 3, -3, 2 ** 52 + 1, Infinity])
  t.is(evaluate('round(x)', { x: NaN }), NaN)
})

test('mod has the sign of the divisor', (t) => {
  t.deepEqual(
    [
      [5, 3],
      [-5, 3],
      [5, -3],
      [-5, -3],
      [5.5, 2],
    ].map(([a, b]) => evaluate('a % b', { a, b })),
    [2, 1, -1, -2, 1.5],
  )
})

test('min and max pass NaN on', (t) => {
  for (const text of ['min(x, 1)', 'min(1, x)', 'max(x, 1)', 'max(1, x)']) t.is(evaluate(text, { x: NaN }), NaN)
})

test('sigmoid and softplus neither overflow nor lose small values', (t) => {
  t.deepEqual([-Infinity, -1000, 0, 1000, Infinity].map(sigmoid), [0, 0, 0.5, 1, 1])
  t.deepEqual([-Infinity, -1000, 0, 1000, Infinity].map(softplus), [0, 0, Math.LN2, 1000, Infinity])
  t.is(sigmoid(-700), Math.exp(-700))
  t.is(softplus(-700), Math.exp(-700))
  t.deepEqual([sigmoid(NaN), softplus(NaN)], [NaN, NaN])
})

test("erf is mathjs's", (t) => {
  const reference = create(all)
  for (let x = -7; x <= 7; x += 0.01) {
    t.true(Math.abs(erf(x) - (reference.erf(x) as number)) <= 4e-16, `erf(${x})`)
  }
})

test('a program runs over any numbers: here over texts', (t) => {
  const texts = new Proxy(
    {},
    {
      get:
        (_, fn: string) =>
        (...args: unknown[]) =>
          `${fn}(${args})`,
    },
  ) as Algebra<string>
  t.deepEqual(interpret(parse('tanh(x) * 2'), texts, { x: 'X' }), { y: 'multiply(tanh(X),constant(2))' })
})

test('a missing input is named', (t) => {
  t.throws(() => interpret(parse('a * b'), numberAlgebra, { a: 1 }), {
    instanceOf: FormulaError,
    message: 'formula: no value for b in a * b. It reads a, b; given: a.',
  })
  t.throws(() => interpret(parse('toString'), numberAlgebra, {}), { message: /no value for toString .* given: none/ })
})
