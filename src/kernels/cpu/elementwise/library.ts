/**
 * The library functions (exp, tanh, …; see `../math`) that a kernel calls or has written in place.
 */
import type { FunctionName } from '../../formula/ast.js'
import { declare, prefixed, type VectorFunctions } from '../math/define.js'
import { float32Functions } from '../math/functions-float32.js'
import { float64Functions, float64Prefix } from '../math/functions-float64.js'
import { int32Functions } from '../math/functions-int32.js'
import { type Code, type ModuleCode, renameLocals } from '../wasm/code.js'
import { block, call, pop } from '../wasm/control.js'
import type { ComputeType } from './compute.js'

/** Before the names of functions: a kernel in float32 may need those of float64, too, for scalars. */
const prefixes = { f32x4: '', f64x2: float64Prefix, i32x4: 'i32_' } as const

let library: VectorFunctions | undefined

function functions(): VectorFunctions {
  library ??= {
    ...float32Functions,
    ...prefixed(prefixes.f64x2, float64Functions),
    ...prefixed(prefixes.i32x4, int32Functions),
  }
  return library
}

/** True if the function is more than one instruction. */
export const isLibraryFunction = (fn: FunctionName): boolean => fn in float32Functions

/** The library functions of one module. */
export class Functions {
  private readonly called = new Set<string>()
  /** Locals (v128) of functions that are written in place. */
  readonly locals = new Set<string>()

  /** The expression that applies a function. */
  apply(type: ComputeType, fn: FunctionName, args: readonly Code[]): Code {
    if (type === 'f32x4' && functions()[fn].isInline) return this.inPlace(fn, args)
    const name = prefixes[type] + fn
    this.called.add(name)
    return call(name, ...args)
  }

  /** The body of a function, with locals of its own: all uses share them, as none is in the middle of another. */
  private inPlace(fn: FunctionName, args: readonly Code[]): Code {
    const { params, locals, body, calls } = functions()[fn]
    for (const called of calls) this.called.add(called)
    const rename = (local: string) => `${fn}:${local}`
    for (const local of [...params, ...locals]) this.locals.add(rename(local))
    return block(
      '',
      [...args, params.toReversed().map((param) => pop(rename(param))), renameLocals(body, rename)],
      'v128',
    )
  }

  /** The functions that are called, and their imports. */
  declared(): ModuleCode {
    return declare(functions(), this.called)
  }
}
