/**
 * The library functions (exp, tanh, …; see `../math`) that a kernel calls or has written in place.
 */
import type { FunctionName } from '../../formula/ast.js'
import { declare, prefixCalls, type VectorFunctions } from '../math/declare.js'
import { f32Functions } from '../math/f32.js'
import { f64Functions } from '../math/f64.js'
import { i32Functions } from '../math/i32.js'
import type { ComputeType } from './compute.js'

/** Before the names of functions: a kernel in float32 may need those of float64, too, for scalars. */
const prefixes = { f32x4: '', f64x2: 'f64_', i32x4: 'i32_' } as const

let library: VectorFunctions | undefined

function functions(): VectorFunctions {
  library ??= { ...f32Functions, ...prefixed(prefixes.f64x2, f64Functions), ...prefixed(prefixes.i32x4, i32Functions) }
  return library
}

function prefixed(prefix: string, table: VectorFunctions): VectorFunctions {
  const entries = Object.entries(table).map(([name, definition]) => {
    const uses = definition.uses.map((used) => (used in table ? prefix + used : used))
    return [prefix + name, { ...definition, uses, body: prefixCalls(definition.body, prefix) }]
  })
  return Object.fromEntries(entries)
}

/** Whether the function is more than one instruction. */
export const isLibraryFunction = (fn: FunctionName): boolean => fn in f32Functions

/** The library functions of one module. */
export class Functions {
  private readonly called = new Set<string>()
  /** Locals (v128) of functions that are written in place. */
  readonly locals = new Set<string>()

  /** The expression that applies a function. */
  apply(type: ComputeType, fn: FunctionName, args: readonly string[]): string {
    if (type === 'f32x4' && functions()[fn].inline) return this.inPlace(fn, args)
    const name = prefixes[type] + fn
    this.called.add(name)
    return `(call $${name} ${args.join(' ')})`
  }

  /** The body of a function, with locals of its own: all uses share them, as none is in the middle of another. */
  private inPlace(fn: FunctionName, args: readonly string[]): string {
    const { params, locals, body, uses } = functions()[fn]
    for (const used of uses) this.called.add(used)
    const rename = (local: string) => `$${fn}.${local.slice(1)}`
    for (const local of [...params, ...locals]) this.locals.add(rename(local).slice(1))
    const pop = params.toReversed().map((param) => `(local.set ${rename(param)})`)
    return `(block (result v128) ${args.join(' ')} ${pop.join(' ')}
${body.replace(/(?<=\(local\.(?:get|set|tee) )\$\w+/g, rename)})`
  }

  /** The fields that define what is called, imports first. */
  text(): string {
    return declare(functions(), this.called)
  }
}
