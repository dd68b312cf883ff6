/**
 * Loads and stores between what is in memory (any dtype) and what a kernel computes with (`ComputeType`), as WebAssembly text.
 */
import type { DType } from '../../backend.js'
import { get } from '../wasm/wat.js'
import type { ComputeType } from './compute.js'

/** What a kernel takes for one number, about, for the decision about threads. */
export const nanoseconds = 0.5

/** A place in memory: the local that holds an address, and a constant number of bytes after it. */
export interface Place {
  readonly local: string
  readonly offset: number
}

/** What is loaded or stored: one full vector, or one number in its first lane. */
export type Width = 'vector' | 'one'

const zeros = '(v128.const i32x4 0 0 0 0)'

/** A load (or store, of x); `lane` is for the instructions that have one. */
function access(instruction: string, { local, offset }: Place, lane = '', x = ''): string {
  return `(${instruction}${offset ? ` offset=${offset}` : ''} ${lane} ${get(local)} ${x})`
}

/** Numbers of an array, widened to the compute type. */
export function load(t: ComputeType, dtype: DType, width: Width, at: Place): string {
  if (dtype === 'float64') return access(width === 'vector' ? 'v128.load' : 'v128.load64_zero', at)
  if (dtype === 'bool') return fromInt(t, loadBytes(t, width, at))
  return widen(t, dtype, access(loadWords(t, width), at))
}

/** The one number at a place in all lanes. */
export function loadSplat(t: ComputeType, dtype: DType, at: Place): string {
  if (dtype === 'float64') return access('v128.load64_splat', at)
  if (dtype === 'bool') return fromInt(t, loadBytes(t, 'one', at))
  return widen(t, dtype, access('v128.load32_splat', at))
}

function widen(t: ComputeType, dtype: DType, words: string): string {
  if (dtype === 'int32') return fromInt(t, words)
  return t === 'f64x2' ? `(f64x2.promote_low_f32x4 ${words})` : words
}

function loadWords(t: ComputeType, width: Width): string {
  if (width === 'one') return 'v128.load32_zero'
  return t === 'f64x2' ? 'v128.load64_zero' : 'v128.load'
}

function loadBytes(t: ComputeType, width: Width, at: Place): string {
  if (width === 'one') return `(i32x4.splat ${access('i32.load8_u', at)})`
  const raw = t === 'f64x2' ? access('v128.load16_lane', at, '0', zeros) : access('v128.load32_zero', at)
  return `(i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u ${raw}))`
}

function fromInt(t: ComputeType, x: string): string {
  if (t === 'i32x4') return x
  return t === 'f32x4' ? `(f32x4.convert_i32x4_s ${x})` : `(f64x2.convert_low_i32x4_s ${x})`
}

/** Stores numbers (for bool: a mask). Floats become whole numbers by truncation, and saturate; NaN becomes 0. */
export function store(t: ComputeType, dtype: DType, width: Width, at: Place, x: string): string {
  if (dtype === 'float64')
    return width === 'vector' ? access('v128.store', at, '', x) : access('v128.store64_lane', at, '0', x)
  if (dtype === 'bool') return access(storeBytes(t, width), at, '0', maskToBytes(t, x))
  const words = dtype === 'int32' ? toInt(t, x) : t === 'f64x2' ? `(f32x4.demote_f64x2_zero ${x})` : x
  if (width === 'one') return access('v128.store32_lane', at, '0', words)
  return t === 'f64x2' ? access('v128.store64_lane', at, '0', words) : access('v128.store', at, '', words)
}

function storeBytes(t: ComputeType, width: Width): string {
  if (width === 'one') return 'v128.store8_lane'
  return t === 'f64x2' ? 'v128.store16_lane' : 'v128.store32_lane'
}

/** One byte, 1 or 0, for each lane of a mask. */
function maskToBytes(t: ComputeType, mask: string): string {
  const firsts = t === 'f64x2' ? '0 8' : '0 4 8 12'
  const rest = Array.from({ length: t === 'f64x2' ? 14 : 12 }, () => 16).join(' ')
  const ones = `(v128.and ${mask} (v128.const i32x4 1 1 1 1))`
  return `(i8x16.shuffle ${firsts} ${rest} ${ones} ${zeros})`
}

function toInt(t: ComputeType, x: string): string {
  if (t === 'i32x4') return x
  return t === 'f32x4' ? `(i32x4.trunc_sat_f32x4_s ${x})` : `(i32x4.trunc_sat_f64x2_s_zero ${x})`
}
