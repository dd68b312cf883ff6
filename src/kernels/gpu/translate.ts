/**
 * Formulas as the JavaScript that gpu.js compiles. A value is either the same for every element, and then computed in double
 * precision before the kernel runs and passed to it, or a name in the kernel, one statement for each function.
 */
import { numberAlgebra } from '../formula/algebra.js'
import type { CallExpr, Expr, Program } from '../formula/ast.js'
import { functions, type PrimitiveFunction, rows } from '../formula/functions.js'
import { countUses, Graph, unroll, writtenOut } from '../formula/graph.js'
import { apply } from '../formula/interpret.js'
import { argumentNames } from '../formula/row.js'

/** Computes a number from the scalars that a kernel was called with. */
type Compute = (scalars: readonly number[]) => number

/** A value of a formula. */
type Value =
  | { readonly kind: 'uniform'; readonly compute: Compute; readonly constant: number | null }
  | { readonly kind: 'element'; readonly text: string; readonly condition: string | null }

/** Statements that compute a value for one element. */
export interface Body {
  readonly statements: readonly string[]
  /** The value, as an expression. */
  readonly result: string
  /** The kernel's parameters `u0`, `u1`, … as functions of the scalars of a call. */
  readonly uniforms: readonly Compute[]
}

/** Expresses a name of a program in terms of the inputs, as `translate` takes it. */
export const outputOf = (program: Program, name: string): Expr =>
  unroll(program, new Graph(writtenOut, true)).get(name)!

/**
 * Translates a value.
 * @param names what each input is: the number of a scalar, or the text that reads an array's element
 */
export function translate(value: Expr, names: ReadonlyMap<string, number | string>): Body {
  const writer = new Writer(names)
  for (const part of countUses([value]).keys()) writer.write(part)
  return { statements: writer.statements, result: writer.text(value), uniforms: writer.uniforms }
}

const uniform = (compute: Compute, constant: number | null = null): Value => ({ kind: 'uniform', compute, constant })

class Writer {
  readonly statements: string[] = []
  readonly uniforms: Compute[] = []
  private readonly values = new Map<Expr, Value>()
  private readonly known = new Map<string, Value>()
  private readonly parameters = new Map<Value, string>()

  constructor(private readonly names: ReadonlyMap<string, number | string>) {}

  /** Writes a value whose arguments are written. */
  write(expr: Expr): void {
    this.values.set(expr, this.valueOf(expr))
  }

  private valueOf(expr: Expr): Value {
    if (expr.kind === 'number') return uniform(() => expr.value, expr.value)
    if (expr.kind === 'call') return this.uniformCall(expr) ?? this.call(expr)
    const source = this.names.get(expr.name) as number | string
    return typeof source === 'number' ? uniform((scalars) => scalars[source]) : this.element(source)
  }

  /** A function of what is the same for every element. */
  private uniformCall({ fn, args }: CallExpr): Value | null {
    const computes: Compute[] = []
    for (const arg of args) {
      const value = this.values.get(arg)!
      if (value.kind === 'element') return null
      computes.push(value.compute)
    }
    return uniform((scalars) =>
      apply(
        numberAlgebra,
        fn,
        computes.map((compute) => compute(scalars)),
      ),
    )
  }

  private call({ fn, args }: CallExpr): Value {
    const [a, b] = args
    const shorter = fn === 'pow' && b.kind === 'number' ? powers[String(b.value)] : undefined
    if (shorter) return this.element(shorter(this.text(a)))
    // floor(a / b) must not be one off because a / b is
    if (fn === 'floor' && a.kind === 'call' && a.fn === 'divide')
      return this.element(`floorDivide(${a.args.map((arg) => this.text(arg)).join(', ')})`)
    const { truth } = rows[fn]
    const readsTruth = (i: number) => truth === 'logic' || (fn === 'where' && i === 0)
    const texts = args.map((arg, i) => (readsTruth(i) ? this.truth(arg) : this.text(arg)))
    const names = argumentNames[args.length]
    const { gpu } = functions[fn as PrimitiveFunction]
    const expression = gpu.replace(/\b[xabc]\b/g, (name) => texts[names.indexOf(name)])
    return truth ? condition(expression) : this.element(expression)
  }

  /** A name for the number that this expression gives. */
  private element(expression: string): Value {
    let value = this.known.get(expression)
    if (!value) {
      const text = `t${this.statements.length}`
      this.statements.push(`const ${text} = ${expression};`)
      value = { kind: 'element', text, condition: null }
      this.known.set(expression, value)
    }
    return value
  }

  /** The value as a number, in the kernel's text. */
  text(expr: Expr): string {
    const value = this.values.get(expr)!
    if (value.kind === 'element') return value.text
    if (value.constant !== null && isPlain(value.constant)) return literal(value.constant)
    let name = this.parameters.get(value)
    if (name === undefined) {
      name = `u${this.uniforms.length}`
      this.uniforms.push(value.compute)
      this.parameters.set(value, name)
    }
    return name
  }

  /** Returns the kernel's text for "the value is not 0". */
  private truth(expr: Expr): string {
    const value = this.values.get(expr)!
    return value.kind === 'element' && value.condition ? value.condition : `!(${this.text(expr)} === 0)`
  }
}

/** A condition, which becomes a number only where one is needed. */
const condition = (expression: string): Value => ({
  kind: 'element',
  text: `(${expression} ? 1 : 0)`,
  condition: expression,
})

/** True if every shading language can write the number; others are passed as arguments. */
const isPlain = (x: number): boolean => Object.is(x, 0) || (Math.abs(x) > 1e-30 && Math.abs(x) < 1e30)

const literal = (x: number): string => (x < 0 ? `(${x})` : String(x))

/** Powers that need no logarithm. */
const powers: Readonly<Record<string, (x: string) => string>> = {
  '2': (x) => `${x} * ${x}`,
  '3': (x) => `${x} * ${x} * ${x}`,
  '-1': (x) => `1 / ${x}`,
  '-2': (x) => `1 / (${x} * ${x})`,
  '-0.5': (x) => `1 / power(${x}, 0.5)`,
}
