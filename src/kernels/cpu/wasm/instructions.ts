/**
 * The WebAssembly instructions that kernels use, as functions: `f32x4.mul(a, b)`. A string among the operands is a local, and a number
 * a constant of the type before the dot: in `i32.add('x', 4)` an i32, in `f32x4.add('x', 4)` a float32 in every lane. Opcodes are those
 * of https://webassembly.github.io/spec/core/binary/instructions.html; the tests compare them with another assembler's.
 */
import {
  code,
  constant,
  constants,
  i32Constant,
  instruction,
  lanes,
  loads,
  op,
  plain,
  scalars,
  shifts,
  stores,
  vectors,
} from './build.js'
import type { Instruction, Operand } from './code.js'

const f32Constant = constant('f32', 0x43)
const f64Constant = constant('f64', 0x44)

export const i32 = {
  const: i32Constant,
  ...loads('i32', { load: [0x28, 4], load8_u: [0x2d, 1] }),
  ...stores('i32', { store: [0x36, 4], store8: [0x3a, 1] }),
  ...scalars('i32', i32Constant, {
    ...{ eqz: 0x45, eq: 0x46, ne: 0x47, lt_s: 0x48, lt_u: 0x49, gt_s: 0x4a, le_s: 0x4c, ge_u: 0x4f },
    ...{ add: 0x6a, sub: 0x6b, mul: 0x6c, div_u: 0x6e, and: 0x71, or: 0x72, shl: 0x74 },
  }),
  trunc_sat_f64_s: plain(op('i32.trunc_sat_f64_s', [0xfc, 2])),
}

export const i64 = {
  ...loads('i64', { load: [0x29, 8] }),
  ...stores('i64', { store: [0x37, 8] }),
  extend_i32_s: plain(op('i64.extend_i32_s', [0xac])),
}

export const f32 = {
  const: f32Constant,
  ...loads('f32', { load: [0x2a, 4] }),
  ...stores('f32', { store: [0x38, 4] }),
  ...scalars('f32', f32Constant, {
    ...{ eq: 0x5b, ne: 0x5c, add: 0x92, sub: 0x93, mul: 0x94, min: 0x96, max: 0x97, demote_f64: 0xb6 },
  }),
}

export const f64 = {
  const: f64Constant,
  ...loads('f64', { load: [0x2b, 8] }),
  ...stores('f64', { store: [0x39, 8] }),
  ...scalars('f64', f64Constant, {
    ...{ eq: 0x61, ne: 0x62, lt: 0x63, gt: 0x64, le: 0x65, ge: 0x66 },
    ...{ abs: 0x99, neg: 0x9a, ceil: 0x9b, floor: 0x9c, nearest: 0x9e, sqrt: 0x9f },
    ...{ add: 0xa0, sub: 0xa1, mul: 0xa2, div: 0xa3, min: 0xa4, max: 0xa5 },
    ...{ convert_i32_s: 0xb7, convert_i32_u: 0xb8, promote_f32: 0xbb },
  }),
}

/** On all bits of a vector, whatever its lanes are. */
export const v128 = {
  ...loads('v128', {
    ...{ load: [0x00, 16], load32_splat: [0x09, 4], load64_splat: [0x0a, 8] },
    ...{ load32_zero: [0x5c, 4], load64_zero: [0x5d, 8] },
  }),
  ...stores('v128', {
    ...{ store: [0x0b, 16], load16_lane: [0x55, 2] },
    ...{ store8_lane: [0x58, 1], store16_lane: [0x59, 2], store32_lane: [0x5a, 4], store64_lane: [0x5b, 8] },
  }),
  ...vectors('v128', undefined, {
    ...{ not: 0x4d, and: 0x4e, andnot: 0x4f, or: 0x50, xor: 0x51, bitselect: 0x52, any_true: 0x53 },
  }),
}

const shuffle = op('i8x16.shuffle', [0xfd, 0x0d], 'lanes')

export const i8x16 = {
  /** Sixteen bytes, chosen from those of a (0 to 15) and b (16 to 31). */
  shuffle: (bytes: readonly number[], a: Operand, b: Operand): Instruction =>
    instruction(shuffle, [code(a), code(b)], bytes),
  ...lanes('i8x16', { extract_lane_u: 0x16 }),
  ...vectors('i8x16', undefined, { splat: 0x0f, eq: 0x23, ne: 0x24 }),
}

export const i16x8 = vectors('i16x8', undefined, { extend_low_i8x16_u: 0x89 })

const int32s = constants<number>('i32x4', 4)

export const i32x4 = {
  const: int32s,
  ...lanes('i32x4', { extract_lane: 0x1b }),
  ...shifts('i32x4', { shl: 0xab, shr_s: 0xac, shr_u: 0xad }),
  ...vectors('i32x4', int32s, {
    ...{ splat: 0x11, eq: 0x37, ne: 0x38, lt_s: 0x39, gt_s: 0x3b, le_s: 0x3d, ge_s: 0x3f, ge_u: 0x40 },
    ...{ abs: 0xa0, neg: 0xa1, add: 0xae, sub: 0xb1, mul: 0xb5, min_s: 0xb6, max_s: 0xb8 },
    ...{ extend_low_i16x8_u: 0xa9, trunc_sat_f32x4_s: 0xf8, trunc_sat_f64x2_s_zero: 0xfc },
  }),
}

export const i64x2 = {
  const: constants<bigint>('i64x2', 2),
  ...shifts('i64x2', { shl: 0xcb, shr_u: 0xcd }),
  ...vectors('i64x2', undefined, { splat: 0x12, add: 0xce }),
}

const float32s = constants<number>('f32x4', 4)

export const f32x4 = {
  const: float32s,
  ...lanes('f32x4', { extract_lane: 0x1f, replace_lane: 0x20 }),
  ...vectors('f32x4', float32s, {
    ...{ splat: 0x13, eq: 0x41, ne: 0x42, lt: 0x43, gt: 0x44, le: 0x45, ge: 0x46 },
    ...{ ceil: 0x67, floor: 0x68, nearest: 0x6a, abs: 0xe0, neg: 0xe1, sqrt: 0xe3 },
    ...{ add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7, min: 0xe8, max: 0xe9, pmin: 0xea, pmax: 0xeb },
    ...{ demote_f64x2_zero: 0x5e, convert_i32x4_s: 0xfa, relaxed_madd: 0x105, relaxed_nmadd: 0x106 },
  }),
}

const float64s = constants<number>('f64x2', 2)

export const f64x2 = {
  const: float64s,
  ...lanes('f64x2', { extract_lane: 0x21, replace_lane: 0x22 }),
  ...vectors('f64x2', float64s, {
    ...{ splat: 0x14, eq: 0x47, ne: 0x48, lt: 0x49, gt: 0x4a, le: 0x4b, ge: 0x4c },
    ...{ ceil: 0x74, floor: 0x75, trunc: 0x7a, nearest: 0x94, abs: 0xec, neg: 0xed, sqrt: 0xef },
    ...{ add: 0xf0, sub: 0xf1, mul: 0xf2, div: 0xf3, min: 0xf4, max: 0xf5, pmin: 0xf6, pmax: 0xf7 },
    ...{ promote_low_f32x4: 0x5f, convert_low_i32x4_s: 0xfe, relaxed_madd: 0x107, relaxed_nmadd: 0x108 },
  }),
}
