/**
 * The functions of the formula language on four int32 at a time that are more than one instruction. They wrap around beyond ±2³¹.
 */
import { define, type VectorFunction } from './text.js'

const one = '(v128.const i32x4 1 1 1 1)'
const bit = `(i32x4.eq (v128.and (local.get $n) ${one}) ${one})`

/** By name. */
export const i32Functions = {
  /** By squaring. To a negative power: x itself (or 1) where x is ±1, otherwise 0. */
  pow: define('$x $y', () => [
    `(local.set $p ${one})`,
    '(local.set $s (local.get $x))',
    '(local.set $n (i32x4.abs (local.get $y)))',
    `(loop
      (local.set $p (v128.bitselect (i32x4.mul (local.get $p) (local.get $s)) (local.get $p) ${bit}))
      (local.set $s (i32x4.mul (local.get $s) (local.get $s)))
      (local.set $n (i32x4.shr_u (local.get $n) (i32.const 1)))
      (br_if 0 (v128.any_true (local.get $n))))`,
    `(v128.and (local.get $p)
      (v128.or (i32x4.ge_s (local.get $y) (v128.const i32x4 0 0 0 0)) (i32x4.eq (i32x4.abs (local.get $x)) ${one})))`,
  ]),
} satisfies Record<string, VectorFunction>
