/**
 * The functions of the formula language on two float64 at a time that are more than one instruction: `Math`'s, lane by lane, and what
 * `Math` lacks. In a module their names begin with `f64_`.
 */
import { type FunctionName, rows } from '../../formula/functions.js'
import type { Operand } from '../wasm/code.js'
import { call, set } from '../wasm/control.js'
import { f64x2, v128 } from '../wasm/instructions.js'
import { define, type VectorFunction, type VectorFunctions } from './define.js'
import { float32Functions } from './functions-float32.js'

/** Before the names of functions in modules, because those of `functions-float32.ts` have the same. */
export const float64Prefix = 'f64_'

const own = (name: string, ...args: Operand[]) => call(float64Prefix + name, ...args)

/** An imported function, called for each lane of the parameters. */
function lanewise(name: string, params = 'x'): VectorFunction {
  const lane = (i: number) => call(name, ...params.split(' ').map((param) => f64x2.extract_lane(i, param)))
  return define(params, () => f64x2.replace_lane(1, f64x2.splat(lane(0)), lane(1)))
}

const one = f64x2.const(1)

/** exp(−|x|) in `e`. */
const expOfMinusAbs = () => set('e', own('exp', f64x2.neg(f64x2.abs('x'))))

/** Functions that are better or faster than `Math`'s, and helper functions. */
const special = {
  power: lanewise('Math.pow', 'x y'),
  /** As C's pow: `Math.pow`, but 1 where x is 1, or −1 and y is ±∞. */
  pow: define('x y', () => [
    set('one', v128.or(f64x2.eq('x', 1), v128.and(f64x2.eq(f64x2.abs('x'), 1), f64x2.eq(f64x2.abs('y'), Infinity)))),
    v128.bitselect(one, own('power', 'x', 'y'), 'one'),
  ]),
  fmod: lanewise('nabla.fmod', 'x y'),
  /** The remainder with the sign of y, exact but where it is much smaller than y and of the other sign; NaN where y = 0; never −0. */
  mod: define('x y', () => [
    set('r', own('fmod', 'x', 'y')),
    set('other', v128.xor(f64x2.lt('r', 0), f64x2.lt('y', 0))),
    set('other', v128.and('other', f64x2.ne('r', 0))),
    f64x2.add('r', v128.and('other', 'y')),
  ]),
  /** With e = exp(−|x|): 1 / (1 + e), or e / (1 + e) for negative x. */
  sigmoid: define('x', () => [
    expOfMinusAbs(),
    f64x2.div(v128.bitselect('e', one, f64x2.lt('x', 0)), f64x2.add(1, 'e')),
  ]),
  /** max(x, 0) + ln(1 + exp(−|x|)). */
  softplus: define('x', () => [expOfMinusAbs(), f64x2.add(f64x2.max('x', 0), own('log1p', 'e'))]),
} satisfies VectorFunctions

const names = (Object.keys(rows) as FunctionName[]).filter((fn) => fn in float32Functions)

/** By name. What is not special is `Math`'s, or else the row's function of numbers. */
export const float64Functions: VectorFunctions = {
  ...Object.fromEntries(names.map((fn) => [fn, lanewise(`${fn in Math ? 'Math' : 'nabla'}.${fn}`)] as const)),
  ...special,
}
