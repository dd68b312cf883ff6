/**
 * The functions of `f32Functions` on two float64 at a time: `Math`'s, lane by lane, and what `Math` lacks.
 */
import { define, type VectorFunction } from './text.js'

const x = '(local.get $x)'
const y = '(local.get $y)'
const one = '(v128.const f64x2 1 1)'
const zero = '(v128.const f64x2 0 0)'

/** An imported function, called for each lane of the parameters. */
function lanewise(name: string, params = '$x'): VectorFunction {
  const lane = (i: number) =>
    `(call $${name} ${params.replace(/\$\w+/g, (local) => `(f64x2.extract_lane ${i} (local.get ${local}))`)})`
  return define(params, () => [`(f64x2.replace_lane 1 (f64x2.splat ${lane(0)}) ${lane(1)})`])
}

const math = (name: string) => lanewise(`Math_${name}`)

/** exp(−|x|) in `$e`. */
const expOfMinusAbs = `(local.set $e (call $exp (f64x2.neg (f64x2.abs ${x}))))`

/** By name. */
export const f64Functions = {
  exp: math('exp'),
  expm1: math('expm1'),
  log: math('log'),
  log1p: math('log1p'),
  log2: math('log2'),
  log10: math('log10'),
  sin: math('sin'),
  cos: math('cos'),
  tan: math('tan'),
  asin: math('asin'),
  acos: math('acos'),
  atan: math('atan'),
  sinh: math('sinh'),
  cosh: math('cosh'),
  tanh: math('tanh'),
  asinh: math('asinh'),
  acosh: math('acosh'),
  atanh: math('atanh'),
  erf: lanewise('nabla_erf'),
  erfc: lanewise('nabla_erfc'),
  cbrt: math('cbrt'),
  power: lanewise('Math_pow', '$x $y'),
  /** As C's pow: `Math.pow`, but 1 where x is 1, or −1 and y is ±∞. */
  pow: define('$x $y', () => [
    `(local.set $one (v128.or (f64x2.eq ${x} ${one})
      (v128.and (f64x2.eq (f64x2.abs ${x}) ${one}) (f64x2.eq (f64x2.abs ${y}) (v128.const f64x2 inf inf)))))`,
    `(v128.bitselect ${one} (call $power ${x} ${y}) (local.get $one))`,
  ]),
  fmod: lanewise('nabla_fmod', '$x $y'),
  /** The remainder with the sign of y, exact but where it is much smaller than y and of the other sign; NaN where y = 0; never −0. */
  mod: define('$x $y', () => [
    `(local.set $r (call $fmod ${x} ${y}))`,
    `(local.set $other (v128.xor (f64x2.lt (local.get $r) ${zero}) (f64x2.lt ${y} ${zero})))`,
    `(local.set $other (v128.and (local.get $other) (f64x2.ne (local.get $r) ${zero})))`,
    `(f64x2.add (local.get $r) (v128.and (local.get $other) ${y}))`,
  ]),
  /** −1, 0 or 1; zeros keep their sign, and NaN stays NaN. */
  sign: define('$x', () => [
    `(v128.bitselect (v128.or (v128.and ${x} (v128.const f64x2 -0 -0)) ${one}) ${x} (f64x2.gt (f64x2.abs ${x}) ${zero}))`,
  ]),
  /** With e = exp(−|x|): 1 / (1 + e), or e / (1 + e) for negative x. */
  sigmoid: define('$x', () => [
    expOfMinusAbs,
    `(f64x2.div (v128.bitselect (local.get $e) ${one} (f64x2.lt ${x} ${zero})) (f64x2.add ${one} (local.get $e)))`,
  ]),
  /** max(x, 0) + ln(1 + exp(−|x|)). */
  softplus: define('$x', () => [expOfMinusAbs, `(f64x2.add (f64x2.max ${x} ${zero}) (call $log1p (local.get $e)))`]),
} satisfies Record<string, VectorFunction>
