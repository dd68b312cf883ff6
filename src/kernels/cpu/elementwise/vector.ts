/**
 * The vector code of values: WebAssembly expressions over v128. A truth value is a mask (all bits of a lane or none) for as
 * long as only conditions read it.
 */

import type { CallExpr, Expr } from '../../formula/ast.js'
import { comparisonsOf, instructionsOf } from '../math/single-instructions.js'
import { type Code, isSequence } from '../wasm/code.js'
import { get, tee } from '../wasm/control.js'
import { f32x4, f64x2, i32x4, v128 } from '../wasm/instructions.js'
import { hasFma } from '../wasm/module.js'
import type { ComputeType } from './compute.js'
import type { Functions } from './library.js'
import { isMask, level, type Values } from './values.js'

/** The instructions for each type. */
const vectors = { f32x4, f64x2, i32x4 } as const

/** Writes the expressions of values that are computed per row or per element. */
export class VectorCode {
  /** Values that are kept in a local, and the name of it. */
  readonly kept = new Map<Expr, string>()
  /** Uniform values that are needed in all lanes, as numbers and as masks. */
  readonly splats = new Set<Expr>()
  readonly splatMasks = new Set<Expr>()
  /** All locals of type v128. */
  readonly locals = new Set<string>()

  constructor(
    readonly type: ComputeType,
    private readonly values: Values,
    private readonly functions: Functions,
  ) {}

  /** Declares a local that holds the value from now on. */
  keep(value: Expr, name: string): string {
    this.kept.set(value, name)
    return this.declare(name)
  }

  /** The value as a number. */
  number(value: Expr): Code {
    if (this.values.levelOf(value) === level.uniform) return this.splat(value)
    return isMask(value) ? v128.and(this.raw(value), this.constant(1)) : this.raw(value)
  }

  /** The value as a mask. */
  mask(value: Expr): Code {
    if (this.values.levelOf(value) === level.uniform) return this.splatMask(value)
    return isMask(value) ? this.raw(value) : vectors[this.type].ne(this.raw(value), this.constant(0))
  }

  /** A mask as a mask, a number as a number. */
  raw(value: Expr): Code {
    const name = this.kept.get(value)
    return name ? get(name) : this.compute(value as CallExpr)
  }

  /** The expression that computes the value from its arguments. */
  compute(value: CallExpr): Code {
    const [a, b, c] = value.args
    const { fn } = value
    const compare = comparisonsOf[this.type][fn]
    if (compare) return compare(this.number(a), this.number(b))
    if (fn === 'and' || fn === 'or') return v128[fn](this.mask(a), this.mask(b))
    if (fn === 'not') return v128.not(this.mask(a))
    if (fn === 'where') return this.where(a, b, c)
    return this.fused(value) ?? this.extremum(value) ?? this.instruction(value)
  }

  private instruction({ fn, args }: CallExpr): Code {
    const numbers = args.map((arg) => this.number(arg))
    const instruction = instructionsOf[this.type][fn]
    return instruction ? instruction(...numbers) : this.functions.apply(this.type, fn, numbers)
  }

  private where(condition: Expr, a: Expr, b: Expr): Code {
    if (isZero(b)) return v128.and(this.number(a), this.mask(condition))
    if (isZero(a)) return v128.andnot(this.number(b), this.mask(condition))
    return v128.bitselect(this.number(a), this.number(b), this.mask(condition))
  }

  /** `a * b + c` and `c - a * b` with one rounding, where the product is not needed for itself. */
  private fused(sum: CallExpr): Code | null {
    if (!hasFma || this.type === 'i32x4' || (sum.fn !== 'add' && sum.fn !== 'subtract')) return null
    const [x, y] = sum.args
    const { relaxed_madd, relaxed_nmadd } = vectors[this.type]
    if (this.isOnlyIn(sum, y)) return this.multiplyAdd(sum.fn === 'add' ? relaxed_madd : relaxed_nmadd, y, x)
    return sum.fn === 'add' && this.isOnlyIn(sum, x) ? this.multiplyAdd(relaxed_madd, x, y) : null
  }

  private isOnlyIn(sum: CallExpr, product: Expr): product is CallExpr {
    const isProduct = product.kind === 'call' && product.fn === 'multiply'
    return isProduct && this.values.uses.get(product) === 1 && this.values.levelOf(product) === this.values.levelOf(sum)
  }

  private multiplyAdd(instruction: typeof f32x4.relaxed_madd, product: CallExpr, term: Expr): Code {
    const [a, b] = product.args
    return instruction(this.number(a), this.number(b), this.number(term))
  }

  /**
   * min and max with a constant: one or two instructions instead of the eight that hardware takes for two unknown numbers.
   * NaN stays NaN, and max(-0, 0) is 0.
   */
  private extremum(value: CallExpr): Code | null {
    const { fn, args } = value
    if ((fn !== 'min' && fn !== 'max') || this.type === 'i32x4') return null
    const bound = args.find((arg) => arg.kind === 'number')
    if (bound?.kind !== 'number' || Number.isNaN(bound.value) || (fn === 'min' && Object.is(bound.value, -0)))
      return null
    const x = args[0] === bound ? args[1] : args[0]
    const { pmin, pmax, le } = vectors[this.type]
    if (fn === 'min' || !isZero(bound)) return (fn === 'min' ? pmin : pmax)(this.number(x), this.number(bound))
    const [first, again] = this.twice(x, `${this.values.nameOf(value)}.x`)
    return v128.andnot(first, le(again, this.number(bound)))
  }

  /** The number of a value for two uses, in order. */
  private twice(value: Expr, name: string): [Code, Code] {
    const code = this.number(value)
    if (!isSequence(code) && code.op.name === 'local.get') return [code, code]
    return [tee(this.declare(name), code), get(name)]
  }

  private splat(value: Expr): Code {
    if (value.kind === 'number') return this.constant(value.value)
    this.splats.add(value)
    return get(this.declare(`${this.values.nameOf(value)}.v`))
  }

  private splatMask(value: Expr): Code {
    this.splatMasks.add(value)
    return get(this.declare(`${this.values.nameOf(value)}.m`))
  }

  private constant(number: number): Code {
    return vectors[this.type].const(this.type === 'f32x4' ? Math.fround(number) : number)
  }

  private declare(name: string): string {
    this.locals.add(name)
    return name
  }
}

/** True if the value is the constant 0 (not -0). */
function isZero(value: Expr): boolean {
  return value.kind === 'number' && Object.is(value.value, 0)
}
