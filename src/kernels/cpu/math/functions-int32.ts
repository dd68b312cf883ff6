/**
 * The functions of the formula language on four int32 at a time that are more than one instruction. They wrap around beyond ±2³¹.
 */
import { brIf, loop, set } from '../wasm/control.js'
import { i32x4, v128 } from '../wasm/instructions.js'
import { define, type VectorFunctions } from './define.js'

const one = i32x4.const(1)

/** By name. */
export const int32Functions = {
  /** By squaring. To a negative power: x itself (or 1) where x is ±1, otherwise 0. */
  pow: define('x y', () => [
    set('p', one),
    set('s', 'x'),
    set('n', i32x4.abs('y')),
    loop('next', [
      set('p', v128.bitselect(i32x4.mul('p', 's'), 'p', i32x4.eq(v128.and('n', one), one))),
      set('s', i32x4.mul('s', 's')),
      set('n', i32x4.shr_u('n', 1)),
      brIf('next', v128.any_true('n')),
    ]),
    v128.and('p', v128.or(i32x4.ge_s('y', 0), i32x4.eq(i32x4.abs('x'), one))),
  ]),
} satisfies VectorFunctions
