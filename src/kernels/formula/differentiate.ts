/**
 * The derivative of a formula is a formula: reverse mode, from source to source. The statements are unrolled into one graph in which
 * equal parts are shared; `functions.ts` has what each function passes back to its arguments; what was gathered at
 * the input is written out as statements again (`emit.ts`).
 */
import { FormulaError } from '../../errors.js'
import { type CallExpr, callsOf, type Expr, type Program, program } from './ast.js'
import { emit, fresh } from './emit.js'
import { type FunctionName, functions, isDefined, rows } from './functions.js'
import { type Graph, unroll } from './graph.js'
import { parse } from './parse.js'
import { print } from './print.js'
import { argumentNames } from './row.js'
import { newSimplifyingGraph } from './simplify.js'

/** Options of `gradient`. */
export interface GradientOptions {
  /** The output to differentiate. Default: the only one, else `y`. */
  output?: string
  /**
   * True if the derivative may read the output's value as an input of the output's name, instead of computing it again:
   * `g * (1 - y^2)` for `tanh(x)`. Such a derivative depends on x through y too, so it is not to be differentiated on its own.
   * Ignored where an input has that name. Default: false.
   */
  reuseOutput?: boolean
}

/** Returns the name of the output's gradient in the derivatives of `source`: `g`, or `g2`, `g3` … where an input has that name. */
export function gradientName(source: Program): string {
  return source.inputs.includes('g') ? fresh('g', new Set(source.inputs)) : 'g'
}

const cache = new WeakMap<Program, Map<string, Program>>()

/**
 * The program that computes g · ∂output/∂wrt, elementwise. Its inputs are among those of `source`, plus `gradientName(source)`; its one
 * output is called `d_` and the name of `wrt`, and is assigned last. It is a program like any other: compile it, print it,
 * differentiate it again. The same arguments give the same object.
 *
 * `gradient(parse('sin(x)'), 'x').text` is `d_x = g * cos(x)`.
 *
 * Throws a `FormulaError` if there is no such input or output.
 */
export function gradient(source: Program, wrt: string, options: GradientOptions = {}): Program {
  const output = options.output ?? defaultOutput(source)
  const key = `${wrt} ${output} ${options.reuseOutput === true}`
  const made = cache.get(source) ?? new Map<string, Program>()
  cache.set(source, made)
  let derivative = made.get(key)
  if (!derivative) {
    derivative = differentiate(source, wrt, output, options.reuseOutput === true)
    made.set(key, derivative)
  }
  return derivative
}

function differentiate(source: Program, wrt: string, output: string, reuseOutput: boolean): Program {
  check('input', wrt, source.inputs)
  check('output', output, source.outputs)
  const graph = newSimplifyingGraph()
  const values = unroll(source, graph, undefined, 'plain')
  const x = graph.symbol(wrt)
  const g = graph.symbol(gradientName(source))
  const isReused = reuseOutput && !source.inputs.includes(output)
  const y = values.get(output)!
  const d = pullBack(graph, y, g, x, isReused ? graph.symbol(output) : y)
  const taken = new Set([...source.inputs, gradientName(source), output])
  const name = fresh(`d_${wrt}`, taken)
  const statements = emit(d, name, taken)
  return program(print({ statements }), statements, [name])
}

/**
 * Carries g from y back to x along every path and adds up what arrives.
 * @param yName what the rule of y itself calls its value
 */
function pullBack(graph: Graph, y: Expr, g: Expr, x: Expr, yName: Expr): Expr {
  const gradients = new Map<Expr, Expr>([[y, g]])
  const zero = graph.number(0)
  for (const node of dependents(y, x).reverse()) {
    const gradient = gradients.get(node.expr) ?? zero
    if (gradient === zero) continue
    for (const i of node.active) {
      const arg = node.expr.args[i]
      const passed = applyRule(graph, node.expr, i, gradient, node.expr === y ? yName : node.expr)
      const before = gradients.get(arg)
      gradients.set(arg, before ? graph.call('add', before, passed) : passed)
    }
  }
  return gradients.get(x) ?? zero
}

/** A function call that depends on x, and which of its arguments do. */
interface Dependent {
  readonly expr: CallExpr
  readonly active: readonly number[]
}

/** The calls in y that depend on x, arguments before what uses them. */
function dependents(y: Expr, x: Expr): Dependent[] {
  const depending = new Set<Expr>([x])
  return callsOf(y).flatMap((expr) => {
    const active = expr.args.flatMap((arg, i) => (depending.has(arg) ? [i] : []))
    if (active.length === 0) return []
    depending.add(expr)
    return [{ expr, active }]
  })
}

/** The rule for argument i of a call, with everything that it names filled in. */
function applyRule(graph: Graph, { fn, args }: CallExpr, i: number, g: Expr, y: Expr): Expr {
  const rule = ruleFor(fn, i)
  const env = new Map(argumentNames[args.length].map((name, k) => [name, args[k]]))
  env.set('y', y).set('g', g)
  return unroll(rule, graph, env).get(rule.outputs[0])!
}

/** The rule that is written down, else the derivative of the definition. */
function ruleFor(fn: FunctionName, i: number): Program {
  const rule = rows[fn].gradient?.[i]
  if (rule === undefined && isDefined(fn))
    return gradient(parse(functions[fn].definition), argumentNames[rows[fn].arity][i])
  return parse(rule as string)
}

function defaultOutput({ outputs, text }: Program): string {
  if (outputs.length === 1) return outputs[0]
  if (outputs.includes('y')) return 'y'
  throw new FormulaError(
    `gradient: the formula has several outputs, ${outputs.join(', ')}. Choose one: gradient(program, wrt, { output }).\n${text}`,
  )
}

function check(kind: 'input' | 'output', name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  throw new FormulaError(`gradient: the formula has no ${kind} ${name}. It has ${known.join(', ') || 'none'}.`)
}
