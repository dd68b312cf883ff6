/** Random formulas, for property tests. */
import fc from 'fast-check'
import { call, type Expr, number, symbol } from '../../../src/kernels/formula/ast.js'
import { type FunctionName, rows } from '../../../src/kernels/formula/functions.js'

export const names = ['x', 'w', 'beta1']

const functions = Object.keys(rows) as FunctionName[]

/** Any formula, as the parser would make it: no minus sign before a number. */
export const anyExpr = exprs(functions, fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Math.PI, Math.E, -0, -1.5)))

/** Formulas on which mathjs and nabla agree to the last bit. */
export const plainExpr = exprs(
  functions.filter((fn) => !['round', 'mod', 'and', 'or', 'not', 'where'].includes(fn)),
  fc.constantFrom(0, 1, 2, 0.5, -1, 3.7),
)

/** Formulas without kinks, poles or fast growth. */
export const smoothExpr = exprs(
  ['add', 'subtract', 'multiply', 'unaryMinus', 'sin', 'cos', 'tanh', 'atan', 'square', 'asinh'],
  fc.constantFrom(1, 2, 0.5, -1.5, 3),
).map(squaresAsPowers)

/** Points to evaluate at. */
export const points = fc.record(
  Object.fromEntries(names.map((name) => [name, fc.double({ min: -3, max: 3, noNaN: true })])),
)

function exprs(fns: readonly FunctionName[], numbers: fc.Arbitrary<number>): fc.Arbitrary<Expr> {
  const { expr } = fc.letrec<{ expr: Expr }>((tie) => ({
    expr: fc.oneof(
      { maxDepth: 5, depthSize: 'medium' },
      fc.oneof(
        numbers.map((value) => number(value)),
        fc.constantFrom(...names).map(symbol),
      ),
      ...[1, 2, 3].flatMap((n) => calls(fns, n, tie('expr'))),
    ),
  }))
  return expr
}

function calls(fns: readonly FunctionName[], n: number, args: fc.Arbitrary<Expr>): fc.Arbitrary<Expr>[] {
  const ofArity = fns.filter((fn) => rows[fn].arity === n)
  if (ofArity.length === 0) return []
  const made = fc.tuple(fc.constantFrom(...ofArity), ...Array.from({ length: n }, () => args))
  return [
    made.filter(([fn, x]) => fn !== 'unaryMinus' || x.kind !== 'number').map(([fn, ...rest]) => call(fn, ...rest)),
  ]
}

/** mathjs cannot differentiate `square(x)`, but it can `x^2`. */
function squaresAsPowers(expr: Expr): Expr {
  if (expr.kind !== 'call') return expr
  const args = expr.args.map(squaresAsPowers)
  return expr.fn === 'square' ? call('pow', args[0], number(2)) : call(expr.fn, ...args)
}
