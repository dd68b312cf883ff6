/**
 * The code of uniform values: what depends on scalars and constants only is computed once per call, in float64.
 */

import type { CallExpr, Expr } from '../../formula/ast.js'
import { comparisonsOf, instructionsOf } from '../math/single-instructions.js'
import type { Code } from '../wasm/code.js'
import { get, select } from '../wasm/control.js'
import { f64, f64x2, i32 } from '../wasm/instructions.js'
import type { Functions } from './library.js'
import { isMask, type Values } from './values.js'

/** Writes f64 expressions. */
export class UniformCode {
  private readonly kept = new Set<Expr>()

  constructor(
    private readonly values: Values,
    private readonly functions: Functions,
  ) {}

  /** Computes the value into an f64 local of its own, and names that. */
  keep(value: Expr): { name: string; code: Code } {
    const code = this.number(value)
    this.kept.add(value)
    return { name: this.values.nameOf(value), code }
  }

  /** The value as an f64. */
  number(value: Expr): Code {
    if (value.kind === 'number') return f64.const(value.value)
    if (value.kind === 'symbol') return get(value.name)
    if (this.kept.has(value)) return get(this.values.nameOf(value))
    return isMask(value) ? f64.convert_i32_u(this.condition(value)) : this.compute(value)
  }

  /** The value as an i32: 0 is false, 1 is true. */
  condition(value: Expr): Code {
    if (!isMask(value) || this.kept.has(value)) return f64.ne(this.number(value), 0)
    const [a, b] = value.args
    if (value.fn === 'and' || value.fn === 'or') return i32[value.fn](this.condition(a), this.condition(b))
    if (value.fn === 'not') return i32.eqz(this.condition(a))
    return comparisonsOf.f64[value.fn]!(this.number(a), this.number(b))
  }

  private compute({ fn, args }: CallExpr): Code {
    if (fn === 'where') return select(this.number(args[1]), this.number(args[2]), this.condition(args[0]))
    const numbers = args.map((arg) => this.number(arg))
    const instruction = instructionsOf.f64[fn]
    if (instruction) return instruction(...numbers)
    const lanes = numbers.map((x) => f64x2.splat(x))
    return f64x2.extract_lane(0, this.functions.apply('f64x2', fn, lanes))
  }
}
