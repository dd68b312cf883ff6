/**
 * The vector code of values: WebAssembly expressions over v128. A truth value is a mask (all bits of a lane or none) for as
 * long as only conditions read it.
 */

import { comparisonsOf, instructionsOf } from '../math/single-instructions.js'
import { type Code, isSequence } from '../wasm/code.js'
import { get, tee } from '../wasm/control.js'
import { f32x4, f64x2, i32x4, v128 } from '../wasm/instructions.js'
import { hasFma } from '../wasm/module.js'
import type { ComputeType } from './compute.js'
import { type Call, isMask, type Level, level, type Value } from './graph.js'
import type { Functions } from './library.js'

/** The instructions for each type. */
const vectors = { f32x4, f64x2, i32x4 } as const

/** Writes the expressions of values that are computed per row or per element. */
export class VectorCode {
  /** Values that are kept in a local, and the name of it. */
  readonly kept = new Map<Value, string>()
  /** Uniform values that are needed in all lanes, as numbers and as masks. */
  readonly splats = new Set<Value>()
  readonly splatMasks = new Set<Value>()
  /** All locals of type v128. */
  readonly locals = new Set<string>()

  constructor(
    readonly type: ComputeType,
    private readonly uses: ReadonlyMap<Value, number>,
    private readonly functions: Functions,
  ) {}

  /** In whole numbers nothing is computed as a float64 scalar, so that everything wraps around alike. */
  levelOf(value: Value): Level {
    return this.type === 'i32x4' && value.kind === 'call' ? (Math.max(value.level, level.row) as Level) : value.level
  }

  /** Declares a local that holds the value from now on. */
  keep(value: Value, name: string): string {
    this.kept.set(value, name)
    return this.declare(name)
  }

  /** The value as a number. */
  number(value: Value): Code {
    if (this.levelOf(value) === level.uniform) return this.splat(value)
    return isMask(value) ? v128.and(this.raw(value), this.constant(1)) : this.raw(value)
  }

  /** The value as a mask. */
  mask(value: Value): Code {
    if (this.levelOf(value) === level.uniform) return this.splatMask(value)
    return isMask(value) ? this.raw(value) : vectors[this.type].ne(this.raw(value), this.constant(0))
  }

  /** A mask as a mask, a number as a number. */
  raw(value: Value): Code {
    const name = this.kept.get(value)
    return name ? get(name) : this.compute(value as Call)
  }

  /** The expression that computes the value from its arguments. */
  compute(value: Call): Code {
    const [a, b, c] = value.args
    const { fn } = value
    const compare = comparisonsOf[this.type][fn]
    if (compare) return compare(this.number(a), this.number(b))
    if (fn === 'and' || fn === 'or') return v128[fn](this.mask(a), this.mask(b))
    if (fn === 'not') return v128.not(this.mask(a))
    if (fn === 'where') return this.where(a, b, c)
    return this.fused(value) ?? this.extremum(value) ?? this.instruction(value)
  }

  private instruction({ fn, args }: Call): Code {
    const numbers = args.map((arg) => this.number(arg))
    const instruction = instructionsOf[this.type][fn]
    return instruction ? instruction(...numbers) : this.functions.apply(this.type, fn, numbers)
  }

  private where(condition: Value, a: Value, b: Value): Code {
    if (isZero(b)) return v128.and(this.number(a), this.mask(condition))
    if (isZero(a)) return v128.andnot(this.number(b), this.mask(condition))
    return v128.bitselect(this.number(a), this.number(b), this.mask(condition))
  }

  /** `a * b + c` and `c - a * b` with one rounding, where the product is not needed for itself. */
  private fused(sum: Call): Code | null {
    if (!hasFma || this.type === 'i32x4' || (sum.fn !== 'add' && sum.fn !== 'subtract')) return null
    const [x, y] = sum.args
    const { relaxed_madd, relaxed_nmadd } = vectors[this.type]
    if (this.isOnlyIn(sum, y)) return this.multiplyAdd(sum.fn === 'add' ? relaxed_madd : relaxed_nmadd, y, x)
    return sum.fn === 'add' && this.isOnlyIn(sum, x) ? this.multiplyAdd(relaxed_madd, x, y) : null
  }

  private isOnlyIn(sum: Call, product: Value): product is Call {
    const isProduct = product.kind === 'call' && product.fn === 'multiply'
    return isProduct && this.uses.get(product) === 1 && this.levelOf(product) === this.levelOf(sum)
  }

  private multiplyAdd(instruction: typeof f32x4.relaxed_madd, product: Call, term: Value): Code {
    const [a, b] = product.args
    return instruction(this.number(a), this.number(b), this.number(term))
  }

  /**
   * min and max with a constant: one or two instructions instead of the eight that hardware takes for two unknown numbers.
   * NaN stays NaN, and max(-0, 0) is 0.
   */
  private extremum({ fn, args, id }: Call): Code | null {
    if ((fn !== 'min' && fn !== 'max') || this.type === 'i32x4') return null
    const bound = args.find((arg) => arg.kind === 'constant')
    if (bound?.kind !== 'constant' || Number.isNaN(bound.number) || (fn === 'min' && Object.is(bound.number, -0)))
      return null
    const x = args[0] === bound ? args[1] : args[0]
    const { pmin, pmax, le } = vectors[this.type]
    if (fn === 'min' || !isZero(bound)) return (fn === 'min' ? pmin : pmax)(this.number(x), this.number(bound))
    const [first, again] = this.twice(x, id)
    return v128.andnot(first, le(again, this.number(bound)))
  }

  /** The number of a value for two uses, in order. */
  private twice(value: Value, id: number): [Code, Code] {
    const code = this.number(value)
    if (!isSequence(code) && code.op.name === 'local.get') return [code, code]
    const name = this.declare(`${id}.x`)
    return [tee(name, code), get(name)]
  }

  private splat(value: Value): Code {
    if (value.kind === 'constant') return this.constant(value.number)
    this.splats.add(value)
    return get(this.declare(`${localName(value)}.v`))
  }

  private splatMask(value: Value): Code {
    this.splatMasks.add(value)
    return get(this.declare(`${localName(value)}.m`))
  }

  private constant(number: number): Code {
    return vectors[this.type].const(this.type === 'f32x4' ? Math.fround(number) : number)
  }

  private declare(name: string): string {
    this.locals.add(name)
    return name
  }
}

/** Whether the value is the constant 0 (not -0). */
function isZero(value: Value): boolean {
  return value.kind === 'constant' && Object.is(value.number, 0)
}

/** The name of the local for a value: a name of the formula, or a number. */
export function localName(value: Value): string {
  return value.kind === 'input' ? value.name : String(value.id)
}
