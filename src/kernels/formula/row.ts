/**
 * What a function of the formula language is made of. `functions.ts` has a row for each.
 */

/** Precedences, as mathjs reads expressions: the higher, the tighter it holds together. */
export const precedence = {
  where: 0,
  or: 1,
  and: 2,
  compare: 3,
  add: 4,
  multiply: 5,
  unary: 6,
  pow: 7,
  atom: 8,
} as const

/** A name of a precedence. */
export type Precedence = keyof typeof precedence

/** As many T as there are arguments. */
export interface Several<T> {
  1: [T]
  2: [T, T]
  3: [T, T, T]
}

/** The columns that every function has. */
interface Common<N extends 1 | 2 | 3> {
  /** The number of arguments; see `argumentNames`. */
  readonly arity: N
  /**
   * In TeX: what stands before the arguments in parentheses (default: the name), the sign of an operator, or a form of its own. In a form
   * `<x>` is an argument, and `<x:atom>` one that gets parentheses if it holds together less tightly than an atom.
   */
  readonly tex?: string
  /** The precedence of the form in TeX. Default: as in text. */
  readonly texPrecedence?: Precedence
  /** The sign between the arguments, and the precedence of the whole. */
  readonly operator?: readonly [sign: string, level: Precedence]
  /** Comparisons and logic give 1 or 0; logic reads its arguments as true or false. */
  readonly truth?: 'comparison' | 'logic'
  /** True if an input may have this name, too: formulas older than the function go on working. */
  readonly isAlsoName?: boolean
}

/** A function that has a kernel. */
export interface Primitive<N extends 1 | 2 | 3> extends Common<N> {
  /** The function in double precision: what it means. */
  readonly numbers: (...args: Several<number>[N]) => number
  /** For each argument its gradient, a formula of the arguments, of the value `y`, and of the gradient `g` of `y`. */
  readonly gradient: Several<string>[N]
  /** In the JavaScript of kernels on the GPU. `gpu/functions.ts` has the functions that it calls. */
  readonly gpu: string
}

/** A function that is a formula itself: everything follows from that. */
export interface Defined<N extends 1 | 2 | 3> extends Common<N> {
  /** Statements of the language, the last of which is the value. */
  readonly definition: string
  /** Only where the gradient of the definition is slower or less stable. */
  readonly gradient?: Several<string>[N]
  /** Only where `Math` has the function. */
  readonly numbers?: (...args: Several<number>[N]) => number
}

/** A row of the table. */
export type FunctionRow = Primitive<1> | Primitive<2> | Primitive<3> | Defined<1> | Defined<2>

/** The names of a function's arguments in its row, by their number. */
export const argumentNames: readonly (readonly string[])[] = [[], ['x'], ['a', 'b'], ['c', 'a', 'b']]

/** A function of x. The last column is for what few rows have. */
export const unary = (
  numbers: (x: number) => number,
  gradient: string,
  gpu: string,
  tex?: string,
  more?: Partial<Primitive<1>>,
): Primitive<1> => ({ arity: 1, numbers, gradient: [gradient], gpu, tex, ...more })

/** A function of a and b. */
export const binary = (
  numbers: (a: number, b: number) => number,
  gradientA: string,
  gradientB: string,
  gpu: string,
  tex?: string,
  more?: Partial<Primitive<2>>,
): Primitive<2> => ({ arity: 2, numbers, gradient: [gradientA, gradientB], gpu, tex, ...more })

/** An operator between a and b, whose gradient is 0 everywhere. */
export const truth = (
  kind: 'comparison' | 'logic',
  operator: readonly [sign: string, level: Precedence],
  numbers: (a: number, b: number) => boolean,
  gpu: string,
  tex: string,
): Primitive<2> => binary((a, b) => Number(numbers(a, b)), '0', '0', gpu, tex, { operator, truth: kind })

/** A function of x that is a formula. */
export const definedOfX = (definition: string, tex?: string, gradient?: string): Defined<1> => ({
  arity: 1,
  definition,
  tex,
  gradient: gradient === undefined ? undefined : [gradient],
  isAlsoName: true,
})

/** A function of a and b that is a formula. */
export const definedOfAB = (
  definition: string,
  tex?: string,
  gradient?: [a: string, b: string],
  numbers?: (a: number, b: number) => number,
): Defined<2> => ({
  arity: 2,
  definition,
  tex,
  gradient,
  numbers,
  isAlsoName: true,
})
