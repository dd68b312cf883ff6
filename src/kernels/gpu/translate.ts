/**
 * Formulas as the JavaScript that gpu.js compiles. A value is either the same for every element, and then computed in double
 * precision before the kernel runs and passed to it, or a name in the kernel, one statement for each function.
 */
import { type Algebra, numberAlgebra } from '../formula/algebra.js'
import { arity, type FunctionName, type Program, program, type Statement, symbolsOf } from '../formula/ast.js'
import { type DefinedFunction, expand, isDefined } from '../formula/definitions.js'
import { apply, interpret } from '../formula/interpret.js'

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
  /** The kernel's parameters `u0`, `u1`, … as functions of the scalars of a call. */
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

  /** Returns the kernel's text for "the value is not 0". */
  truth(value: Value): string {
    if (value.kind === 'element' && value.condition) return value.condition
    return `!(${this.text(value)} === 0)`
  }
}

/** True if every shading language can write the number; others are passed as arguments. */
const isPlain = (x: number): boolean => Object.is(x, 0) || (Math.abs(x) > 1e-30 && Math.abs(x) < 1e30)

const literal = (x: number): string => (x < 0 ? `(${x})` : String(x))

function algebraOf(writer: Writer): Algebra<Value> {
  const algebra: Record<string, unknown> = { constant }
  for (const fn of Object.keys(arity) as FunctionName[]) {
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

function call(writer: Writer, fn: FunctionName, args: readonly Value[]): Value {
  const logic = conditions[fn as keyof typeof conditions]
  if (logic) return writer.condition(logic(writer, args))
  if (fn === 'where') return writer.element(where(writer, args))
  if (fn === 'pow' && args[1].kind === 'uniform') {
    const shorter = powers[String(args[1].constant)]
    if (shorter) return writer.element(shorter(writer.text(args[0])))
  }
  const texts = args.map((arg) => writer.text(arg))
  if (fn === 'floor') return writer.element(floor(writer, texts[0]))
  return writer.element(expressions[fn as keyof typeof expressions](texts[0], texts[1]))
}

function where(writer: Writer, [condition, yes, no]: readonly Value[]): string {
  return `${writer.truth(condition)} ? ${writer.text(yes)} : ${writer.text(no)}`
}

/** floor(a / b) must not be one off because a / b is. */
function floor(writer: Writer, x: string): string {
  const definition = writer.statements.find((statement) => statement.startsWith(`const ${x} = `))
  const division = /= divided\((\S+), (\S+)\);$/.exec(definition ?? '')
  return division ? `floorDivide(${division[1]}, ${division[2]})` : `Math.floor(${x})`
}

type Condition = (writer: Writer, args: readonly Value[]) => string

const comparison =
  (operator: string): Condition =>
  (writer, [a, b]) =>
    `(${writer.text(a)} ${operator} ${writer.text(b)})`

const conditions = {
  equal: comparison('==='),
  // Not `!==`, which WGSL compilers take to be false for NaN
  unequal: (writer, [a, b]) => `!(${writer.text(a)} === ${writer.text(b)})`,
  smaller: comparison('<'),
  smallerEq: comparison('<='),
  larger: comparison('>'),
  largerEq: comparison('>='),
  and: (writer, [a, b]) => `(${writer.truth(a)} && ${writer.truth(b)})`,
  or: (writer, [a, b]) => `(${writer.truth(a)} || ${writer.truth(b)})`,
  not: (writer, [x]) => `(!${writer.truth(x)})`,
} satisfies Partial<Record<FunctionName, Condition>>

/** Powers that need no logarithm. */
const powers: Readonly<Record<string, (x: string) => string>> = {
  '2': (x) => `${x} * ${x}`,
  '3': (x) => `${x} * ${x} * ${x}`,
  '-1': (x) => `1 / ${x}`,
  '-2': (x) => `1 / (${x} * ${x})`,
  '-0.5': (x) => `1 / power(${x}, 0.5)`,
}

const expressions: Record<
  Exclude<FunctionName, keyof typeof conditions | DefinedFunction | 'where' | 'floor'>,
  (a: string, b: string) => string
> = {
  add: (a, b) => `${a} + ${b}`,
  subtract: (a, b) => `${a} - ${b}`,
  multiply: (a, b) => `${a} * ${b}`,
  divide: (a, b) => `divided(${a}, ${b})`,
  pow: (a, b) => `power(${a}, ${b})`,
  unaryMinus: (x) => `-${x}`,
  abs: (x) => `Math.abs(${x})`,
  sign: (x) => `${x} > 0 ? 1 : (${x} < 0 ? -1 : ${x})`,
  sqrt: (x) => `Math.sqrt(${x})`,
  cbrt: (x) => `cubeRoot(${x})`,
  square: (x) => `${x} * ${x}`,
  exp: (x) => `exponentialOf(${x})`,
  expm1: (x) => `expMinus1(${x})`,
  log: (x) => `logarithmOf(${x})`,
  log1p: (x) => `logPlus1(${x})`,
  log2: (x) => `logarithm2Of(${x})`,
  log10: (x) => `logarithm10Of(${x})`,
  sin: (x) => `sineOf(${x})`,
  cos: (x) => `cosineOf(${x})`,
  tan: (x) => `tangentOf(${x})`,
  asin: (x) => `arcsineOf(${x})`,
  acos: (x) => `arccosineOf(${x})`,
  atan: (x) => `arctangentOf(${x})`,
  sinh: (x) => `hyperbolicSine(${x})`,
  cosh: (x) => `hyperbolicCosine(${x})`,
  tanh: (x) => `hyperbolicTangent(${x})`,
  asinh: (x) => `inverseHyperbolicSine(${x})`,
  acosh: (x) => `inverseHyperbolicCosine(${x})`,
  atanh: (x) => `inverseHyperbolicTangent(${x})`,
  erf: (x) => `errorFunction(${x})`,
  erfc: (x) => `complementaryError(${x})`,
  ceil: (x) => `Math.ceil(${x})`,
  round: (x) => `roundToEven(${x})`,
  min: (a, b) => `smallerOf(${a}, ${b})`,
  max: (a, b) => `largerOf(${a}, ${b})`,
  mod: (a, b) => `floorModulo(${a}, ${b})`,
  sigmoid: (x) => `sigmoidOf(${x})`,
  softplus: (x) => `softplusOf(${x})`,
}
