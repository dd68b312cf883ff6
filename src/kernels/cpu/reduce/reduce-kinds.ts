/**
 * What reductions of different kinds and dtypes differ in, as pieces of WebAssembly.
 */
import type { DType } from '../../backend.js'
import type { Build } from '../wasm/build.js'
import type { Code, Operand } from '../wasm/code.js'
import { get, select } from '../wasm/control.js'
import { numbersOf } from '../wasm/dtypes.js'
import { f32, f64, f64x2, i32, v128 } from '../wasm/instructions.js'

/**
 * The kinds that have kernels; `mean` is a sum with a divisor, `any` and `all` are max and min of bools. `sumProducts` is Σ x · y, of each row
 * with one other (`rows` alone).
 */
export type KernelKind = 'sum' | 'sumSquares' | 'sumProducts' | 'prod' | 'max' | 'min'

type Numbers = (typeof numbersOf)[DType]

/** True if partial results are kept in float64. */
export const isWide = (kind: KernelKind, dtype: DType) => dtype === 'float32' && kind !== 'max' && kind !== 'min'

/** The pieces of one reduction. Numbers are of the type of the `source`, results so far of the type of the `total`. */
export type Reducer = ReturnType<typeof reducer>

/** Puts the pieces together. */
export function reducer(kind: KernelKind, dtype: DType) {
  const source = numbersOf[dtype]
  const wide = isWide(kind, dtype)
  const total = wide ? numbersOf.float64 : source
  const isDivided = kind === 'sum' && total.type === 'f64'
  /** A number or vector in a local; `other` is the one that it is multiplied by. */
  const prepare = (multiply: Build, name: string, other: Code) => {
    if (kind === 'sumProducts') return multiply(name, other)
    return kind === 'sumSquares' ? multiply(name, name) : get(name)
  }
  const loadScalar = (address: Operand) => (wide ? f64.promote_f32(f32.load(address)) : source.load(address))
  const other = i32.add('x', 'y')
  return {
    source,
    total,
    wide,
    /** Takes one number out of a vector of the total. */
    lane: 'extract_lane' in total.vector ? total.vector.extract_lane : total.vector.extract_lane_u,
    /** Combines two vectors of the source or of the total, two scalars of the total. */
    join: joinVectors(kind, source),
    joinTotal: joinVectors(kind, total),
    joinScalar: (a: Operand, b: Operand) => joinScalars(kind, total, a, b),
    /** True if vectors are compared by pmax or pmin, which are fast and do not see NaN; these are collected in masks. */
    blind: source.type !== 'i32' && (kind === 'max' || kind === 'min'),
    joinFast: joinFast(kind, source),
    identity: identity(kind, dtype, total.scalar),
    identityVector: source.vector.splat(identity(kind, dtype, source.scalar)),
    identityTotal: total.vector.splat(identity(kind, dtype, total.scalar)),
    /** For products, `y` is how far the other row is from that at `x`. */
    isProduct: kind === 'sumProducts',
    prepared: (name: string, offset = 0) =>
      prepare((source.vector as typeof f64x2).mul, name, v128.load(other, offset)),
    preparedScalar: (name: string) => prepare(total.scalar.mul, name, loadScalar(other)),
    loadScalar,
    divided: (scalar: Code) => (isDivided ? f64.div(scalar, 'divisor') : scalar),
    dividedVector: (vector: Code) => (isDivided ? f64x2.div(vector, f64x2.splat('divisor')) : vector),
    storeScalar: (address: Operand, value: Code) => source.store(address, wide ? f32.demote_f64(value) : value),
  }
}

function joinVectors(kind: KernelKind, { vector }: Numbers): Build {
  if (!('add' in vector)) return kind === 'max' ? v128.or : v128.and
  if (kind !== 'max' && kind !== 'min') return kind === 'prod' ? vector.mul : vector.add
  return 'max_s' in vector ? vector[`${kind}_s`] : vector[kind]
}

/** pmax or pmin. */
function joinFast(kind: KernelKind, { vector }: Numbers): Build {
  const { pmin, pmax } = vector as typeof f64x2
  return kind === 'max' ? pmax : pmin
}

function joinScalars(kind: KernelKind, { scalar }: Numbers, a: Operand, b: Operand): Code {
  if (kind === 'prod') return scalar.mul(a, b)
  if (kind !== 'max' && kind !== 'min') return scalar.add(a, b)
  if ('max' in scalar) return scalar[kind](a, b)
  return select(a, b, (kind === 'max' ? i32.gt_s : i32.lt_s)(a, b))
}

/** The number that changes nothing when it is joined. */
function identity(kind: KernelKind, dtype: DType, scalar: Numbers['scalar']): Code {
  if (kind !== 'max' && kind !== 'min') return scalar.const(kind === 'prod' ? 1 : 0)
  if (dtype === 'bool') return i32.const(kind === 'max' ? 0 : 255)
  if (scalar === i32) return i32.const(kind === 'max' ? -(2 ** 31) : 2 ** 31 - 1)
  return scalar.const(kind === 'max' ? -Infinity : Infinity)
}
