/**
 * Formulas as the JavaScript that gpu.js compiles. A value is either the same for every element, and then computed in double
 * precision before the kernel runs and passed to it, or a name in the kernel, one statement for each function.
 */
import { type Algebra, numberAlgebra } from '../formula/algebra.js'
import { type Program, program, type Statement, symbolsOf } from '../formula/ast.js'
import { expand } from '../formula/expand.js'
import { type FunctionName, functions, isDefined, type PrimitiveFunction, rows } from '../formula/functions.js'
import { apply, interpret } from '../formula/interpret.js'
import { argumentNames } from '../formula/row.js'

/** Computes a number from the scalars that a kernel was called with. */
type Compute = (scalars: readonly number[]) => number

/** A value of a formula. */
type Value =
  | { readonly kind: 'uniform'; readonly compute: Compute; readonly constant: number | null }
  | { readonly kind: 'element'; readonly text: string; readonly condition: string | null }

/** Statements that compute a program for one element. */
export interface Body {
  readonly statements: readonly string[]
  /** The outputs, as expressions, by name. */
  readonly outputs: Readonly<Record<string, string>>
  /** What the kernel's parameters `u0`, `u1`, … are, from the scalars of a call. */
  readonly uniforms: readonly Compute[]
}

/**
 * Translates a program.
 * @param names what each input is: the number of a scalar, or the text that reads an array's element
 */
export function translate(formula: Program, names: ReadonlyMap<string, number | string>): Body {
  const writer = new Writer()
  const inputs = formula.inputs.map((name) => {
    const source = names.get(name) as number | string
    return [name, typeof source === 'number' ? scalar(source) : writer.element(source)] as const
  })
  // Entries, because assigning to a property named __proto__ makes none
  const values = interpret(formula, algebraOf(writer), Object.fromEntries(inputs))
  const outputs = Object.entries(values).map(([name, value]) => [name, writer.text(value)] as const)
  return { statements: writer.statements, outputs: Object.fromEntries(outputs), uniforms: writer.uniforms }
}

/** The part of a program that one of its outputs needs. */
export function slice(whole: Program, output: string): Program {
  const wanted = new Set([output])
  const statements: Statement[] = []
  for (const statement of whole.statements.toReversed()) {
    if (!wanted.delete(statement.name)) continue
    symbolsOf(statement.value, wanted)
    statements.unshift(statement)
  }
  return program(whole.text, statements, [output])
}

const scalar = (index: number): Value => ({ kind: 'uniform', compute: (scalars) => scalars[index], constant: null })

const constant = (value: number): Value => ({ kind: 'uniform', compute: () => value, constant: value })

class Writer {
  readonly statements: string[] = []
  readonly uniforms: Compute[] = []
  private readonly known = new Map<string, Value>()
  private readonly parameters = new Map<Value, string>()

  /** A name for the number that this expression gives. */
  element(expression: string): Value {
    let value = this.known.get(expression)
    if (!value) {
      const text = `t${this.statements.length}`
      this.statements.push(`const ${text} = ${expression};`)
      value = { kind: 'element', text, condition: null }
      this.known.set(expression, value)
    }
    return value
  }

  /** A condition, which becomes a number only where one is needed. */
  condition(expression: string): Value {
    return { kind: 'element', text: `(${expression} ? 1 : 0)`, condition: expression }
  }

  /** The value as a number, in the kernel's text. */
  text(value: Value): string {
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

  /** Whether the value is not 0, in the kernel's text. */
  truth(value: Value): string {
    if (value.kind === 'element' && value.condition) return value.condition
    return `!(${this.text(value)} === 0)`
  }
}

/** Whether every shading language can write the number; others are passed. */
const isPlain = (x: number): boolean => Object.is(x, 0) || (Math.abs(x) > 1e-30 && Math.abs(x) < 1e30)

const literal = (x: number): string => (x < 0 ? `(${x})` : String(x))

function algebraOf(writer: Writer): Algebra<Value> {
  const algebra: Record<string, unknown> = { constant }
  for (const fn of Object.keys(rows) as FunctionName[]) {
    algebra[fn] = (...args: Value[]) => {
      const computes: Compute[] = []
      for (const arg of args) if (arg.kind === 'uniform') computes.push(arg.compute)
      if (computes.length < args.length)
        return isDefined(fn)
          ? expand(fn, args, constant, (other, values) => apply(algebra as unknown as Algebra<Value>, other, values))
          : call(writer, fn, args)
      const numbers = args.map((arg) => (arg.kind === 'uniform' ? arg.constant : null))
      if (numbers.every((x) => x !== null)) return constant(apply(numberAlgebra, fn, numbers))
      const compute: Compute = (scalars) =>
        apply(
          numberAlgebra,
          fn,
          computes.map((f) => f(scalars)),
        )
      return { kind: 'uniform', compute, constant: null } satisfies Value
    }
  }
  return algebra as unknown as Algebra<Value>
}

function call(writer: Writer, fn: PrimitiveFunction, args: readonly Value[]): Value {
  if (fn === 'pow' && args[1].kind === 'uniform') {
    const shorter = powers[String(args[1].constant)]
    if (shorter) return writer.element(shorter(writer.text(args[0])))
  }
  const { truth } = rows[fn]
  const readsTruth = (i: number) => truth === 'logic' || (fn === 'where' && i === 0)
  const texts = args.map((arg, i) => (readsTruth(i) ? writer.truth(arg) : writer.text(arg)))
  if (fn === 'floor') return writer.element(floor(writer, texts[0]))
  const names = argumentNames[args.length]
  const expression = functions[fn].gpu.replace(/\b[xabc]\b/g, (name) => texts[names.indexOf(name)])
  return truth ? writer.condition(expression) : writer.element(expression)
}

/** floor(a / b) must not be one off because a / b is. */
function floor(writer: Writer, x: string): string {
  const definition = writer.statements.find((statement) => statement.startsWith(`const ${x} = `))
  const division = /= divided\((\S+), (\S+)\);$/.exec(definition ?? '')
  return division ? `floorDivide(${division[1]}, ${division[2]})` : `Math.floor(${x})`
}

/** Powers that need no logarithm. */
const powers: Readonly<Record<string, (x: string) => string>> = {
  '2': (x) => `${x} * ${x}`,
  '3': (x) => `${x} * ${x} * ${x}`,
  '-1': (x) => `1 / ${x}`,
  '-2': (x) => `1 / (${x} * ${x})`,
  '-0.5': (x) => `1 / power(${x}, 0.5)`,
}
