/**
 * The code of uniform values: what depends on scalars and constants only is computed once per call, in float64.
 */

import { comparisonsOf, instructionsOf } from '../math/single-instructions.js'
import type { Code } from '../wasm/code.js'
import { get, select } from '../wasm/control.js'
import { f64, f64x2, i32 } from '../wasm/instructions.js'
import { type Call, isMask, type Value } from './graph.js'
import type { Functions } from './library.js'
import { localName } from './vector.js'

/** Writes f64 expressions. */
export class UniformCode {
  private readonly kept = new Set<Value>()

  constructor(private readonly functions: Functions) {}

  /** Computes the value into an f64 local of its own, and names that. */
  keep(value: Value): { name: string; code: Code } {
    const code = this.number(value)
    this.kept.add(value)
    return { name: localName(value), code }
  }

  /** The value as an f64. */
  number(value: Value): Code {
    if (value.kind === 'constant') return f64.const(value.number)
    if (value.kind === 'input') return get(value.name)
    if (this.kept.has(value)) return get(localName(value))
    return isMask(value) ? f64.convert_i32_u(this.condition(value)) : this.compute(value)
  }

  /** The value as an i32: 0 is false, 1 is true. */
  condition(value: Value): Code {
    if (!isMask(value) || this.kept.has(value)) return f64.ne(this.number(value), 0)
    const [a, b] = value.args
    if (value.fn === 'and' || value.fn === 'or') return i32[value.fn](this.condition(a), this.condition(b))
    if (value.fn === 'not') return i32.eqz(this.condition(a))
    return comparisonsOf.f64[value.fn]!(this.number(a), this.number(b))
  }

  private compute({ fn, args }: Call): Code {
    if (fn === 'where') return select(this.number(args[1]), this.number(args[2]), this.condition(args[0]))
    const numbers = args.map((arg) => this.number(arg))
    const instruction = instructionsOf.f64[fn]
    if (instruction) return instruction(...numbers)
    const lanes = numbers.map((x) => f64x2.splat(x))
    return f64x2.extract_lane(0, this.functions.apply('f64x2', fn, lanes))
  }
}
