/**
 * Loads and stores between what is in memory (any dtype) and what a kernel computes with (`ComputeType`).
 */
import type { DType } from '../../backend.js'
import type { Code, Instruction } from '../wasm/code.js'
import { f32x4, f64x2, i8x16, i16x8, i32, i32x4, v128 } from '../wasm/instructions.js'
import type { ComputeType } from './compute.js'

/** Approximate nanoseconds for each number, to decide about threads. */
export const nanoseconds = 0.5

/** A place in memory: the local that holds an address, and a constant number of bytes after it. */
export interface Address {
  readonly local: string
  readonly offset: number
}

/** The width of a load or store: one full vector, or one number in its first lane. */
export type Width = 'vector' | 'one'

const zeros = i32x4.const(0)

type Load = typeof v128.load
type Store = typeof v128.store

const from = (load: Load, { local, offset }: Address) => load(local, offset)
const to = (store: Store, { local, offset }: Address, x: Code) => store(local, x, offset)

/** Numbers of an array, widened to the compute type. */
export function load(t: ComputeType, dtype: DType, width: Width, at: Address): Code {
  if (dtype === 'float64') return from(width === 'vector' ? v128.load : v128.load64_zero, at)
  if (dtype === 'bool') return fromInt(t, loadBytes(t, width, at))
  return widen(t, dtype, from(loadWords(t, width), at))
}

/** The one number at a place in all lanes. */
export function loadSplat(t: ComputeType, dtype: DType, at: Address): Code {
  if (dtype === 'float64') return from(v128.load64_splat, at)
  if (dtype === 'bool') return fromInt(t, loadBytes(t, 'one', at))
  return widen(t, dtype, from(v128.load32_splat, at))
}

function widen(t: ComputeType, dtype: DType, words: Code): Code {
  if (dtype === 'int32') return fromInt(t, words)
  return t === 'f64x2' ? f64x2.promote_low_f32x4(words) : words
}

function loadWords(t: ComputeType, width: Width): Load {
  if (width === 'one') return v128.load32_zero
  return t === 'f64x2' ? v128.load64_zero : v128.load
}

function loadBytes(t: ComputeType, width: Width, at: Address): Code {
  if (width === 'one') return i32x4.splat(from(i32.load8_u, at))
  const raw = t === 'f64x2' ? to(v128.load16_lane, at, zeros) : from(v128.load32_zero, at)
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(raw))
}

function fromInt(t: ComputeType, x: Code): Code {
  if (t === 'i32x4') return x
  return t === 'f32x4' ? f32x4.convert_i32x4_s(x) : f64x2.convert_low_i32x4_s(x)
}

/** Stores numbers (for bool: a mask). Floats become whole numbers by truncation, and saturate; NaN becomes 0. */
export function store(t: ComputeType, dtype: DType, width: Width, at: Address, x: Code): Code {
  if (dtype === 'float64') return to(width === 'vector' ? v128.store : v128.store64_lane, at, x)
  if (dtype === 'bool') return to(storeBytes(t, width), at, maskToBytes(t, x))
  const words = dtype === 'int32' ? toInt(t, x) : t === 'f64x2' ? f32x4.demote_f64x2_zero(x) : x
  if (width === 'one') return to(v128.store32_lane, at, words)
  return to(t === 'f64x2' ? v128.store64_lane : v128.store, at, words)
}

function storeBytes(t: ComputeType, width: Width): Store {
  if (width === 'one') return v128.store8_lane
  return t === 'f64x2' ? v128.store16_lane : v128.store32_lane
}

/** One byte, 1 or 0, for each lane of a mask. */
function maskToBytes(t: ComputeType, mask: Code): Instruction {
  const firsts = t === 'f64x2' ? [0, 8] : [0, 4, 8, 12]
  const rest = new Array<number>(16 - firsts.length).fill(16)
  return i8x16.shuffle([...firsts, ...rest], v128.and(mask, i32x4.const(1)), zeros)
}

function toInt(t: ComputeType, x: Code): Code {
  if (t === 'i32x4') return x
  return t === 'f32x4' ? i32x4.trunc_sat_f32x4_s(x) : i32x4.trunc_sat_f64x2_s_zero(x)
}
