/**
 * What reductions of different kinds and dtypes differ in, as pieces of WebAssembly text.
 */
import type { DType } from '../../backend.js'
import { numbersOf } from '../wasm/numbers.js'
import { get, int, pass } from '../wasm/wat.js'

/**
 * The kinds that have kernels; `mean` is a sum with a divisor, `any` and `all` are max and min of bools. `sumProducts` is Σ x · y, of each row
 * with one other (`rows` alone).
 */
export type KernelKind = 'sum' | 'sumSquares' | 'sumProducts' | 'prod' | 'max' | 'min'

type Numbers = (typeof numbersOf)[DType]

/** Whether partial results are kept in float64. */
export const isWide = (kind: KernelKind, dtype: DType) => dtype === 'float32' && kind !== 'max' && kind !== 'min'

/** The pieces of one reduction. Numbers are of the type of the `source`, results so far of the type of the `total`. */
export type Reducer = ReturnType<typeof reducer>

/** Puts the pieces together. */
export function reducer(kind: KernelKind, dtype: DType) {
  const source = numbersOf[dtype]
  const wide = isWide(kind, dtype)
  const total = wide ? numbersOf.float64 : source
  /** A number or vector in a local; `other` loads the one that it is multiplied by. */
  const prepare = (type: string, name: string, other: string) => {
    if (kind === 'sumProducts') return `(${type}.mul ${get(name)} ${other})`
    return kind === 'sumSquares' ? `(${type}.mul ${pass(`${name} ${name}`)})` : get(name)
  }
  const loadScalar = (address: string) =>
    wide ? `(f64.promote_f32 (f32.load ${address}))` : `(${source.load} ${address})`
  const other = `(i32.add ${pass('x y')})`
  return {
    source,
    total,
    wide,
    /** Takes one number out of a vector of the total. */
    lane: `${total.vector}.extract_lane${dtype === 'bool' ? '_u' : ''}`,
    /** Combines two vectors of the source or of the total, two scalars of the total. */
    join: (a: string, b: string) => `(${vectorOp(kind, source)} ${a} ${b})`,
    /** Whether vectors are compared by pmax or pmin, which are fast and do not see NaN; these are collected in masks. */
    blind: source.type !== 'i32' && (kind === 'max' || kind === 'min'),
    joinFast: (a: string, b: string) => `(${vectorOp(kind, source).replace(/\.m/, '.pm')} ${a} ${b})`,
    joinTotal: (a: string, b: string) => `(${vectorOp(kind, total)} ${a} ${b})`,
    joinScalar: (a: string, b: string) => scalarOp(kind, total, a, b),
    identity: identity(kind, dtype, total.type),
    identityVector: `(${source.vector}.splat ${identity(kind, dtype, source.type)})`,
    identityTotal: `(${total.vector}.splat ${identity(kind, dtype, total.type)})`,
    /** For products, `y` is how far the other row is from that at `x`. */
    isProduct: kind === 'sumProducts',
    prepared: (name: string, offset = 0) => prepare(source.vector, name, `(v128.load offset=${offset} ${other})`),
    preparedScalar: (name: string) => prepare(total.type, name, loadScalar(other)),
    loadScalar,
    divided: (scalar: string) =>
      kind === 'sum' && total.type === 'f64' ? `(f64.div ${scalar} ${get('divisor')})` : scalar,
    dividedVector: (vector: string) =>
      kind === 'sum' && total.type === 'f64' ? `(f64x2.div ${vector} (f64x2.splat ${get('divisor')}))` : vector,
    storeScalar: (address: string, value: string) =>
      `(${source.store} ${address} ${wide ? `(f32.demote_f64 ${value})` : value})`,
  }
}

function vectorOp(kind: KernelKind, { vector }: Numbers): string {
  if (vector === 'i8x16') return kind === 'max' ? 'v128.or' : 'v128.and'
  if (kind === 'max' || kind === 'min') return `${vector}.${kind}${vector === 'i32x4' ? '_s' : ''}`
  return `${vector}.${kind === 'prod' ? 'mul' : 'add'}`
}

function scalarOp(kind: KernelKind, { type }: Numbers, a: string, b: string): string {
  if (kind === 'prod') return `(${type}.mul ${a} ${b})`
  if (kind !== 'max' && kind !== 'min') return `(${type}.add ${a} ${b})`
  if (type !== 'i32') return `(${type}.${kind} ${a} ${b})`
  return `(select ${a} ${b} (i32.${kind === 'max' ? 'gt' : 'lt'}_s ${a} ${b}))`
}

function identity(kind: KernelKind, dtype: DType, type: string): string {
  if (kind === 'prod') return `(${type}.const 1)`
  if (kind !== 'max' && kind !== 'min') return `(${type}.const 0)`
  if (dtype === 'bool') return int(kind === 'max' ? 0 : 255)
  if (type === 'i32') return int(kind === 'max' ? -(2 ** 31) : 2 ** 31 - 1)
  return `(${type}.const ${kind === 'max' ? '-inf' : 'inf'})`
}
