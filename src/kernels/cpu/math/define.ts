/**
 * Functions over vectors, such as tanh: how one is defined, and how a module gets it.
 */
import { type Code, type FunctionCode, localsSet, type ModuleCode, variables, visit } from '../wasm/code.js'

/** A function over vectors in WebAssembly, to be called or written in place. */
export interface VectorFunction {
  /** Names of the parameters. */
  readonly params: readonly string[]
  /** Names of the other locals. Like the parameters they are v128. */
  readonly locals: readonly string[]
  /** Statements that end with one expression, the result (a v128). It assigns to no parameter. */
  readonly body: Code
  /** Its callees: helper functions of the same table, or imports such as `Math.sin`. */
  readonly calls: readonly string[]
  /** True if it may be written in place, which is faster (`hoistConstants` doubles the gain). */
  readonly isInline: boolean
}

/** A table of vector functions. */
export type VectorFunctions = Readonly<Record<string, VectorFunction>>

/**
 * A function of the parameters (`'x y'`), whose last statement is the result. Its statements are put together when they are first
 * asked for; its locals and calls are read off them.
 */
export function define(params: string, statements: () => Code): VectorFunction {
  let made: VectorFunction | undefined
  const make = () => {
    made ??= analyse(params.split(' '), statements())
    return made
  }
  return {
    params: params.split(' '),
    get locals() {
      return make().locals
    },
    get body() {
      return make().body
    },
    get calls() {
      return make().calls
    },
    get isInline() {
      return make().isInline
    },
  }
}

function analyse(params: readonly string[], body: Code): VectorFunction {
  const calls = new Set<string>()
  let isInline = true
  visit(body, ({ op, immediates }) => {
    if (op.name === 'call') calls.add(immediates[0] as string)
    if (op.name === 'loop') isInline = false
  })
  return { params, locals: localsSet(body), body, calls: [...calls], isInline }
}

/** The same functions under longer names, to keep two tables apart in one module. */
export const prefixed = (prefix: string, table: VectorFunctions): VectorFunctions =>
  Object.fromEntries(Object.entries(table).map(([name, definition]) => [prefix + name, definition]))

/** The functions of these names with everything that they call, as parts of a module. */
export function declare(table: VectorFunctions, names: Iterable<string>): ModuleCode {
  const all = new Set(names)
  for (const name of all) for (const called of table[name]?.calls ?? []) all.add(called)
  const [imports, own] = [true, false].map((isImport) => [...all].filter((name) => name.includes('.') === isImport))
  return { imports, functions: own.map((name) => functionCode(name, table[name])) }
}

function functionCode(name: string, { params, locals, body }: VectorFunction): FunctionCode {
  const vectors = (names: readonly string[]) => names.flatMap((local) => variables(local, 'v128'))
  return { name, isExported: false, params: vectors(params), result: 'v128', locals: vectors(locals), body }
}
