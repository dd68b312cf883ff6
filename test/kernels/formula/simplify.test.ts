import test from 'ava'
import fc from 'fast-check'
import { numberAlgebra } from '../../../src/kernels/formula/algebra.js'
import { type Expr, program } from '../../../src/kernels/formula/ast.js'
import { unroll } from '../../../src/kernels/formula/graph.js'
import { interpret } from '../../../src/kernels/formula/interpret.js'
import { parse } from '../../../src/kernels/formula/parse.js'
import { printExpr } from '../../../src/kernels/formula/print.js'
import { newSimplifyingGraph } from '../../../src/kernels/formula/simplify.js'
import { points, smoothExpr } from './arbitrary.js'

const simplify = (value: Expr, graph = newSimplifyingGraph()) =>
  unroll({ statements: [{ name: 'y', value }] }, graph).get('y')!

const simpler: Record<string, string> = {
  '0 * x': '0',
  'x * 1': 'x',
  'x + 0': 'x',
  '0 - x': '-x',
  'x - 0': 'x',
  'x + -w': 'x - w',
  '-w + x': 'x - w',
  'x - -w': 'x + w',
  '-(-x)': 'x',
  '-(x - w)': 'w - x',
  '0 / x': '0',
  'x / 1': 'x',
  '-x / w': '-(x / w)',
  '3 * x / 2': '1.5 * x',
  'x^1': 'x',
  'x^0': '1',
  '2 + 3 * 4': '14',
  'x * 2 * 3': '6 * x',
  '(2 * x) * (3 * w)': '6 * (x * w)',
  '0.5 * x * 2': 'x',
  '-x * w': '-(x * w)',
  '-(2 * x)': '-2 * x',
  '1 ? x : w': 'x',
  '0 ? x : w': 'w',
  'c ? x + w : x + w': 'x + w',
  'c ? (c ? 1 : 2) : 3': 'c ? 1 : 3',
  'c ? 1 : c ? 2 : 3': 'c ? 1 : 3',
  '(c ? x : 0) / w': 'c ? x / w : 0',
  'w * (c ? 0 : x)': 'c ? 0 : w * x',
  '-(c ? x : 0)': 'c ? -x : 0',
  '(c ? x : 0) + (c ? 0 : w)': 'c ? x : w',
  '(c ? x : 0) - (c ? 0 : w)': 'c ? x : -w',
  '0 and x': '0',
  '1 and x > w': 'x > w',
  'x > w and 2': 'x > w',
  '1 and x': '1 and x',
  '0 or x > w': 'x > w',
  'x > w or 0': 'x > w',
  'x or 3': '1',
  '0 or x': '0 or x',
}
for (const [text, expected] of Object.entries(simpler)) {
  test(`${text} becomes ${expected}`, (t) => {
    t.is(printExpr(simplify(parse(text).statements[0].value)), expected)
  })
}

test('equal expressions are one object', (t) => {
  const graph = newSimplifyingGraph()
  const value = (text: string) => simplify(parse(text).statements[0].value, graph)
  t.is(value('sin(x) * w'), value('sin(x) * w * 1'))
  t.not(value('sin(x)'), value('sin(w)'))
  t.not(value('x / 0'), value('x / -0'))
})

test('simplified formulas have the value of the original', (t) => {
  const compute = (value: Expr, env: Record<string, number>) =>
    interpret(program('', [{ name: 'y', value }]), numberAlgebra, env).y
  fc.assert(
    fc.property(smoothExpr, points, (expr, env) => {
      const [before, after] = [compute(expr, env), compute(simplify(expr), env)]
      t.true(
        Math.abs(before - after) <= 1e-10 * Math.max(1, Math.abs(before)),
        `${printExpr(expr)}: ${before}, simplified ${after}`,
      )
    }),
    { seed: 7, numRuns: 500 },
  )
})
